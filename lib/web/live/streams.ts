// The open streams of this process: whose they are, how many may be, and that they end with their session.
import { kindOf } from "../../chat/spaces.ts";
import type { StreamHooks } from "../../sync/mod.ts";
import { LimitReached } from "../http/rate_limits.ts";
import { KvSignals } from "./kv_signals.ts";
import type { AddressBans } from "../auth/bans.ts";
import { endedOf, type Session } from "../auth/session.ts";
import type { Online, OnlineListener } from "./online.ts";
import type { Typing } from "./typing.ts";

/** The most streams of one person, of one address, and of all; a listener costs about 65 KiB. */
const MAX_STREAMS_PER_PERSON = 30;
const MAX_STREAMS_PER_ADDRESS = 500;
const MAX_STREAMS = 10_000;
/** Of all, how many are left to addresses that have few, and what few are. */
const KEPT_STREAMS = 2_500;
const FEW_STREAMS = 50;
const SESSION_CHECK_MS = 10 * 60_000; // how often sessions are checked that have expired without an end

type Body = ReadableStream<Uint8Array>;
type Open = (ending: StreamHooks) => Promise<Body>;
/** Whose stream it is, and where they are. */
type Listening = Session & { address: string };
type Stream = Listening & { end: () => void };

/** Opens and counts streams. While there is one, it listens to the signals of all processes. */
export class Streams {
  readonly #streams = new Set<Stream>();
  readonly #signals: KvSignals;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly kv: Deno.Kv,
    private readonly typing: Typing,
    private readonly online: Online,
    private readonly addressBans: AddressBans,
    private readonly limited: boolean,
    watchesSeeAll: boolean,
  ) {
    this.#signals = new KvSignals(
      kv,
      watchesSeeAll,
      (signal) => {
        if (signal === "typing") return this.typing.refresh();
        if (signal === "online") return online.refresh();
        if (signal === "bans") return this.#endBanned();
        return this.#endWithSessions();
      },
    );
  }

  /**
   * Opens a stream of a session, told who is typing in its rooms; of one that
   * asks for it, who is online there, too, its own person among them
   * (`withOnline`), and what is new, along with pokes (`withPatches`). Throws a
   * `LimitReached` of 503 when there are too many, and what `open` throws.
   */
  async open(
    { sessionID, userID, address }: Listening,
    open: Open,
    { withOnline = false, withPatches = false } = {},
  ): Promise<Body> {
    this.#assertNotTooMany(userID, address);
    const stream: Stream = { sessionID, userID, address, end: () => {} };
    this.#add(stream);
    const spaces = new Set<string>();
    const listener: OnlineListener = { userID, tell: () => {} };
    try {
      const body = await open({
        onOpen: ({ end, tell }) => {
          stream.end = end;
          listener.tell = tell;
        },
        onEnter: (space) => spaces.add(space),
        onLeave: (space) => {
          spaces.delete(space);
          this.online.leave(space, listener);
        },
        onEnd: () => this.#remove(stream),
        ...withPatches && {
          copies: sessionID,
          confirm: this.#signals.look, // those of ended sessions end
        },
      });
      // It may have been ended after it was looked up and before it stood here.
      await this.#endWithSessions([sessionID]);
      if (this.addressBans.has(address)) stream.end();
      for (const space of spaces) {
        this.typing.tellNewStream(space, listener.tell);
        const isRoom = kindOf(space)?.kind === "room";
        if (withOnline && isRoom) this.online.enter(space, listener);
      }
      return body;
    } catch (error) {
      stream.end();
      this.#remove(stream);
      throw error;
    }
  }

  #assertNotTooMany(userID: string, address: string): void {
    if (!this.limited) return;
    let own = 0;
    let there = 0;
    for (const stream of this.#streams) {
      if (stream.userID === userID) own++;
      if (stream.address === address) there++;
    }
    const left = MAX_STREAMS - this.#streams.size;
    const most = left > KEPT_STREAMS
      ? MAX_STREAMS_PER_ADDRESS
      : left > 0
      ? FEW_STREAMS
      : 0;
    if (own < MAX_STREAMS_PER_PERSON && there < most) return;
    throw new LimitReached(503, 10, "There are too many open streams.");
  }

  #add(stream: Stream): void {
    this.#streams.add(stream);
    this.#timer ??= setInterval(
      () => this.#endWithSessions(),
      SESSION_CHECK_MS,
    );
    if (this.#streams.size === 1) this.#signals.start();
  }

  #remove(stream: Stream): void {
    if (!this.#streams.delete(stream) || this.#streams.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#signals.stop();
    this.typing.reset();
  }

  async #endBanned(): Promise<void> {
    await this.addressBans.refresh();
    for (const { address, end } of [...this.#streams]) {
      if (this.addressBans.has(address)) end();
    }
  }

  /** Ends the streams of those sessions that are over. */
  async #endWithSessions(
    sessionIDs = [...new Set(this.#streams.values().map((s) => s.sessionID))],
  ): Promise<void> {
    const ended = new Set(await endedOf(this.kv, sessionIDs));
    if (ended.size === 0) return;
    for (const { sessionID, end } of [...this.#streams]) {
      if (ended.has(sessionID)) end();
    }
  }
}
