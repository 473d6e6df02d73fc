// One poke stream for all tabs of a user: one tab, elected, holds it and passes on what it hears.
import { elect } from "../local/web_locks.ts";
import type { Server } from "../server.ts";
import { PokeStream, type SpaceEvent } from "./poke_stream.ts";

/** How often a tab checks that the leading one lives, in milliseconds. */
const CHECK_INTERVAL = 10_000;
/** How long the leading tab may be silent before it is asked, in milliseconds: the server beats every 15 s. */
const MAX_SILENCE = 25_000;

/** What the leading tab tells all tabs of the stream. */
export type StreamNews =
  /** Its spaces: when they change, when asked, and as a sign of life; none while it is being opened. */
  | { carries: string[] | undefined }
  | { said: SpaceEvent }
  | { broken: true };

/** What tabs post to each other, those of older releases too: names and shapes stay as they are. */
type Message =
  | StreamNews
  /** To the leading tab: what this one listens to, what matters most first. `now`: try at once. */
  | { wants: string[]; tab: string; now: boolean }
  /** From a tab that begins to lead: say what you listen to. One that `stole` the lead has it in the place of any other. */
  | { leads: true; stole?: boolean };

/** This tab among all of the same user in this browser, whether or not it leads. */
export class SharedPokeStream {
  readonly #name: string;
  readonly #tab = Math.random().toString(36).slice(2);
  #spaces: string[] = [];
  /** What the other tabs listen to, by tab, as far as this one was told. */
  readonly #othersSpaces = new Map<string, string[]>();
  /** The last of each replayed event, by space and name. */
  readonly #lastEvents = new Map<string, Record<string, SpaceEvent>>();
  #channel: BroadcastChannel | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** The stream, while this tab leads. */
  #stream: PokeStream | undefined;
  /** Ends the candidacy, or the lead itself. */
  #resign = () => {};
  /** When the leading tab was last heard of, and whether it was asked since. */
  #heardAt = 0;
  #wasAsked = false;

  constructor(
    private readonly server: Server,
    private readonly userID: string,
    /** Called with all news, whichever tab holds the stream; it has no spaces once this tab has left it. */
    private readonly onNews: (news: StreamNews) => void,
  ) {
    this.#name = `replica/pokes/${userID}`;
    // A page that the browser keeps for the way back must hold nothing, and begins anew.
    addEventListener("pagehide", () => this.#leave());
    addEventListener("pageshow", ({ persisted }) => persisted && this.#join());
    addEventListener("online", () => this.#stream?.reopen());
  }

  /** Listens to these from now on, what matters most first; to none: leaves. */
  setSpaces(spaces: string[]): void {
    this.#spaces = spaces;
    if (spaces.length === 0) this.#leave();
    else this.#join();
  }

  /** The last of each replayed event of a space, as far as it is known. */
  lastEvents(space: string): SpaceEvent[] {
    return Object.values(this.#lastEvents.get(space) ?? {});
  }

  #join(): void {
    if (this.#spaces.length === 0) return;
    if (this.#timer === undefined) {
      this.#timer = setInterval(() => this.#checkLeader(), CHECK_INTERVAL);
      this.#heardAt = Date.now();
      this.#channel = new BroadcastChannel(this.#name);
      this.#channel.onmessage = ({ data }) => this.#onMessage(data);
      this.#runForLeader(false);
    }
    this.#requestSpaces(true);
  }

  #leave(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#postToTabs({ wants: [], tab: this.#tab, now: false });
    this.#resign();
    this.#channel?.close();
    this.#channel = undefined;
    this.#lastEvents.clear();
    this.onNews({ carries: [] });
  }

  /** Stands for election; or takes the lead from a tab that is as good as dead. */
  #runForLeader(steal: boolean): void {
    this.#resign();
    this.#resign = elect(this.#name, () => this.#lead(steal), steal);
  }

  /** Opens the stream; returns what ends the lead. */
  #lead(stole: boolean): () => void {
    this.#othersSpaces.clear();
    const stream = new PokeStream(this.server, this.userID, {
      onOpen: (carries) => this.#broadcast({ carries }),
      onEvent: (said) => this.#broadcast({ said }),
      onBeat: () => this.#postToTabs({ carries: stream.openSpaces }),
      onBroken: () => this.#broadcast({ broken: true }),
    });
    this.#stream = stream;
    this.#postToTabs({ leads: true, stole });
    stream.setSpaces(this.#spaces, true);
    return () => {
      stream.close();
      this.#stream = undefined;
    };
  }

  /** To the other tabs. */
  #postToTabs(message: Message): void {
    this.#channel?.postMessage(message);
  }

  /** To all tabs, this one too. */
  #broadcast(news: StreamNews): void {
    this.#postToTabs(news);
    this.#onNews(news);
  }

  /** Says what this tab listens to, which the leading one always answers. */
  #requestSpaces(now: boolean): void {
    if (this.#stream) this.#stream.setSpaces(this.#allSpaces(), now);
    else this.#postToTabs({ wants: this.#spaces, tab: this.#tab, now });
  }

  #onMessage(message: Message): void {
    if (!("wants" in message)) {
      if (this.#stream) {
        // Its own stream tells a tab that leads; awake again, it may not be the
        // one any more, which not every kind of lock says.
        if ("leads" in message && message.stole) this.#runForLeader(false);
        return;
      }
      this.#heardAt = Date.now();
      this.#wasAsked = false;
      if ("leads" in message) this.#requestSpaces(false);
      else this.#onNews(message);
      return;
    }
    if (!this.#stream) return;
    const { tab, wants, now } = message;
    if (wants.length > 0) this.#othersSpaces.set(tab, wants);
    else this.#othersSpaces.delete(tab);
    this.#stream.setSpaces(this.#allSpaces(), now);
    this.#stream.checkAlive();
    this.#postToTabs({ carries: this.#stream.openSpaces });
    for (const space of wants) {
      for (const said of this.lastEvents(space)) this.#postToTabs({ said });
    }
  }

  /** News of the stream, from whichever tab. */
  #onNews(news: StreamNews): void {
    if ("broken" in news) this.#lastEvents.clear(); // nobody knows any more
    else if ("said" in news) {
      const { name, body: { space } } = news.said;
      if (this.server.replayedEvents?.includes(name)) {
        const events = this.#lastEvents.get(space);
        this.#lastEvents.set(space, { ...events, [name]: news.said });
      }
    }
    this.onNews(news);
  }

  /** What all tabs listen to, what stands first for any of them first. */
  #allSpaces(): string[] {
    const lists = [this.#spaces, ...this.#othersSpaces.values()];
    const ranks = new Map<string, number>();
    for (const list of lists) {
      for (const [rank, space] of list.entries()) {
        ranks.set(space, Math.min(rank, ranks.get(space) ?? Infinity));
      }
    }
    return [...ranks].sort(([, a], [, b]) => a - b).map(([space]) => space);
  }

  /**
   * A tab that is frozen keeps the lead and is silent: it is asked, and loses
   * the lead when it does not answer until the next check.
   */
  #checkLeader(): void {
    if (this.#stream) return this.#stream.checkAlive();
    if (Date.now() - this.#heardAt < MAX_SILENCE) return;
    if (this.#wasAsked) this.#runForLeader(true);
    else this.#requestSpaces(false);
    this.#wasAsked = !this.#wasAsked;
  }
}
