// Who is typing: short-lived keys in KV, told to the streams of every process.
import type { ChatSync } from "../chat/domain.ts";
import { commitOrUnavailable } from "../../sync/mod.ts";
import { SIGNALS } from "./kv_signals.ts";

/** For how long a person is taken to be typing without further word. */
const TYPING_LASTS_MS = 8_000;

/** As earlier releases have it: a key that is stored keeps its name. */
const PREFIX = ["presence"];
type Stored = { until: number };
type Typist = { space: string; userID: string };

/** Records who is typing, and tells this process's streams, whichever process was told. */
export class Typing {
  /** Whose typing was told, until when it holds, and what ends it. */
  readonly #typing = new Map<
    string,
    Typist & { until: number; timer: ReturnType<typeof setTimeout> }
  >();

  constructor(
    private readonly kv: Deno.Kv,
    private readonly sync: ChatSync,
  ) {}

  /** Records that a person is typing in a space, or has stopped. */
  async record({ space, userID }: Typist, typing: boolean): Promise<void> {
    const key = [...PREFIX, space, userID];
    const until = Date.now() + TYPING_LASTS_MS;
    const atomic = this.kv.atomic();
    if (typing) atomic.set(key, { until }, { expireIn: TYPING_LASTS_MS });
    else atomic.delete(key);
    await commitOrUnavailable(atomic.set(SIGNALS.typing, 0));
  }

  /** Reads who is typing, and tells what has changed. */
  async refresh(): Promise<void> {
    const found = new Set<string>();
    for await (
      const { key, value: { until } } of this.kv.list<Stored>({
        prefix: PREFIX,
      })
    ) {
      if (until <= Date.now()) continue; // KV keeps it a little longer
      const [, space, userID] = key as string[];
      const name = JSON.stringify(key);
      found.add(name);
      this.#begin(name, { space, userID }, until);
    }
    for (const name of this.#typing.keys()) {
      if (!found.has(name)) this.#end(name);
    }
  }

  /** Tells a stream that has just opened who is typing in one of its spaces. */
  tellNewStream(
    space: string,
    tell: (kind: string, body: unknown) => void,
  ): void {
    for (const typist of this.#typing.values()) {
      if (typist.space !== space) continue;
      const { userID } = typist;
      tell("typing", { space, userID, typing: true });
    }
  }

  /** Forgets all; for when no stream is open any more. */
  reset(): void {
    for (const { timer } of this.#typing.values()) clearTimeout(timer);
    this.#typing.clear();
  }

  #begin(name: string, typist: Typist, until: number): void {
    const known = this.#typing.get(name);
    if (known?.until === until) return;
    clearTimeout(known?.timer);
    const timer = setTimeout(() => this.#end(name), until - Date.now());
    this.#typing.set(name, { ...typist, until, timer });
    this.sync.broadcast(typist.space, "typing", { ...typist, typing: true });
  }

  #end(name: string): void {
    const { space, userID, timer } = this.#typing.get(name)!;
    clearTimeout(timer);
    this.#typing.delete(name);
    this.sync.broadcast(space, "typing", { space, userID, typing: false });
  }
}
