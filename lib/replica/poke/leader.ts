// One poke stream for all tabs of a person: the tab that leads holds it, and tells the others what it hears.
import { PokeStream, type Said } from "./poke_stream.ts";

/** How often a tab looks whether the leading one still lives, in milliseconds. */
const LOOK = 10_000;
/** How long the leading tab may be silent before it is asked: the server speaks every 15 s. */
const SILENCE = 25_000;

type Message =
  /** To the leading tab: what this one listens to, what matters most first. `now`: try at once. */
  | { wants: string[]; tab: string; now: boolean }
  /** From a tab that begins to lead: say what you want. */
  | { leads: true }
  /** From the leading tab, when it changes, when asked, and as a sign of life; nothing while it opens the stream. */
  | { carries: string[] | undefined }
  | { broken: true }
  | { said: Said };

export type LeaderEvents = {
  /** These spaces are on the line, whichever tab holds it. */
  onCarried: (spaces: string[]) => void;
  onSaid: (said: Said) => void;
  onBroken: () => void;
};

// Only on https and localhost. Elsewhere each tab has a stream of its own.
const locks: LockManager | undefined = navigator.locks;

/** This tab among all of the same user in this browser. */
export class Leader {
  readonly #name: string;
  readonly #tab = Math.random().toString(36).slice(2);
  #wants: string[] = [];
  /** What the other tabs want, as far as this one has heard it. */
  readonly #others = new Map<string, string[]>();
  /** Who is online, by space, as the stream last said it: for tabs that come later. */
  readonly #online = new Map<string, Said>();
  #channel: BroadcastChannel | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** The stream, while this tab leads. */
  #stream: PokeStream | undefined;
  /** Ends the wait for the lead, or the lead itself. */
  #resign = () => {};
  /** When the leading tab was last heard of, and whether it was asked since. */
  #heard = 0;
  #asked = false;

  constructor(
    private readonly userID: string,
    private readonly events: LeaderEvents,
  ) {
    this.#name = `replica/pokes/${userID}`;
    // A page that is kept for the way back must hold nothing, and begins anew.
    addEventListener("pagehide", () => this.#leave());
    addEventListener("pageshow", ({ persisted }) => persisted && this.#join());
    addEventListener("online", () => this.#stream?.reopen());
  }

  /** Listens to these from now on, what matters most first; to nothing: leaves. */
  want(spaces: string[]): void {
    this.#wants = spaces;
    if (spaces.length === 0) this.#leave();
    else this.#join();
  }

  #join(): void {
    if (this.#wants.length === 0) return;
    if (this.#timer === undefined) {
      this.#timer = setInterval(() => this.#look(), LOOK);
      this.#heard = Date.now();
      if (locks) this.#channel = new BroadcastChannel(this.#name);
      this.#channel?.addEventListener("message", ({ data }) => {
        this.#onMessage(data);
      });
      this.#stand(false);
    }
    this.#ask(true);
  }

  #leave(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#say({ wants: [], tab: this.#tab, now: false });
    this.#resign();
    this.#channel?.close();
    this.#channel = undefined;
    this.events.onCarried([]);
  }

  /** Waits for the lead; or takes it from a tab that is as good as dead. */
  #stand(steal: boolean): void {
    this.#resign();
    const waiting = new AbortController();
    const leading = Promise.withResolvers<void>();
    const resign = this.#resign = () => {
      waiting.abort();
      leading.resolve();
      this.#stream?.close();
      this.#stream = undefined;
    };
    const lead = () => {
      // The way out may have been taken while the lock was on its way here.
      if (!waiting.signal.aborted) this.#lead();
      return leading.promise;
    };
    if (!locks) return void lead();
    locks.request(
      this.#name,
      steal ? { steal } : { signal: waiting.signal },
      lead,
    ).catch((error) => {
      if (waiting.signal.aborted) return;
      if (error.name !== "AbortError") throw error;
      // It was taken from this one, which must have slept.
      if (this.#resign === resign) this.#stand(false);
    });
  }

  #lead(): void {
    this.#others.clear();
    this.#stream = new PokeStream(this.userID, {
      onOpen: (carries) => this.#tell({ carries }),
      onSaid: (said) => {
        if (said.name === "online") this.#online.set(said.body.space, said);
        this.#tell({ said });
      },
      onBeat: () => this.#say({ carries: this.#stream?.carried }),
      onBroken: () => {
        this.#online.clear(); // nobody knows any more
        this.#tell({ broken: true });
      },
    });
    this.#say({ leads: true });
    this.#stream.carry(this.#wants, true);
  }

  /** To the other tabs. */
  #say(message: Message): void {
    this.#channel?.postMessage(message);
  }

  /** To all tabs. */
  #tell(message: Message): void {
    this.#say(message);
    this.#hear(message);
  }

  /** Says what this tab wants, to which the leading one always answers. */
  #ask(now: boolean): void {
    if (this.#stream) this.#stream.carry(this.#union(), now);
    else this.#say({ wants: this.#wants, tab: this.#tab, now });
  }

  #onMessage(message: Message): void {
    if (!("wants" in message)) {
      this.#heard = Date.now();
      this.#asked = false;
      if ("leads" in message) this.#ask(false);
      else this.#hear(message);
      return;
    }
    if (!this.#stream) return;
    const { tab, wants, now } = message;
    if (wants.length > 0) this.#others.set(tab, wants);
    else this.#others.delete(tab);
    this.#stream.carry(this.#union(), now);
    this.#stream.look();
    this.#say({ carries: this.#stream.carried });
    for (const space of wants) {
      const said = this.#online.get(space);
      if (said) this.#say({ said });
    }
  }

  #hear(message: Message): void {
    if ("carries" in message) {
      if (message.carries) this.events.onCarried(message.carries);
    } else if ("said" in message) this.events.onSaid(message.said);
    else if ("broken" in message) this.events.onBroken();
  }

  /** What all tabs want, what stands first for any of them first. */
  #union(): string[] {
    const lists = [this.#wants, ...this.#others.values()];
    const ranks = new Map<string, number>();
    for (const list of lists) {
      for (const [rank, space] of list.entries()) {
        ranks.set(space, Math.min(rank, ranks.get(space) ?? Infinity));
      }
    }
    return [...ranks].sort(([, a], [, b]) => a - b).map(([space]) => space);
  }

  /**
   * A tab that is frozen keeps the lead and says nothing: it is asked, and
   * loses the lead when it does not answer until the next look.
   */
  #look(): void {
    if (this.#stream) return this.#stream.look();
    if (!locks || Date.now() - this.#heard < SILENCE) return;
    if (this.#asked) this.#stand(true);
    else this.#ask(false);
    this.#asked = !this.#asked;
  }
}
