// The poke stream itself: one connection to the server for many spaces, which comes back after every break.
import { retryAfter } from "../http/transport.ts";

/** The first and the longest pause before the server is asked again, in milliseconds. */
const SHORTEST = 2_000;
const LONGEST = 60_000;

/** Tabs, and the parts of a page, come alive one after the other: one stream for all that do so within this. */
const GATHER = 50; // ms

/**
 * A connection that was silent for so long, in milliseconds, is dead, though the
 * browser takes it for open (a router has forgotten it, the machine slept): the
 * server beats every 15 s.
 */
const SILENCE = 45_000;

/** The most spaces that the server takes in one stream. */
const MOST = 100;

/** What is said of a space: a poke, that it is gone, or something of the app's own. */
export type Said = { name: string; body: { space: string } };

export type StreamEvents = {
  /** Connected, and these spaces are on the line. */
  onOpen: (spaces: string[]) => void;
  onSaid: (said: Said) => void;
  /** The server is there, whether or not it has something to say. */
  onBeat: () => void;
  /** The line is down, or the server would not have us; it is asked again. */
  onBroken: () => void;
};

type Connection = {
  spaces: string[];
  isOpen: boolean;
  /** When something came last. */
  heard: number;
  end: AbortController;
};

/**
 * Read with `fetch` and not with `EventSource`, which can't say whose stream it
 * wants, hides the server's answer, and does not notice a dead connection.
 */
export class PokeStream {
  #wanted: string[] = [];
  #connection: Connection | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When to open the next connection; browsers hold back the timers of hidden tabs. */
  #due = Infinity;
  /** Before the next try, after the server refused the stream; or one of its spaces. */
  #pause = SHORTEST;
  #pauseOfGone = SHORTEST;
  /** For all that others know: another tab's stream may have been open until now. */
  #isUp = true;

  constructor(
    private readonly userID: string,
    private readonly events: StreamEvents,
  ) {}

  /** What is on the line now; undefined while it is being opened. */
  get carried(): string[] | undefined {
    return this.#connection?.isOpen ? this.#connection.spaces : undefined;
  }

  /**
   * Carries at least these from now on, the first of them if they are too many.
   * `now` tells it not to wait for its next try.
   */
  carry(spaces: string[], now: boolean): void {
    const known = new Set(this.#connection?.spaces ?? this.#wanted);
    this.#wanted = spaces.slice(0, MOST);
    const isMore = this.#wanted.some((space) => !known.has(space));
    if (isMore) this.#pauseOfGone = SHORTEST;
    if (isMore || (now && !this.#connection)) this.#openIn(GATHER);
  }

  /** Asks again at once: the network is back. */
  reopen(): void {
    this.#openIn(0);
  }

  /** Sees to what a timer may have missed: a tab that slept, or is held back. */
  look(): void {
    const { heard = Infinity } = this.#connection ?? {};
    const isSilent = Date.now() >= heard + SILENCE;
    if (isSilent) this.#break();
    if (isSilent || Date.now() >= this.#due) this.#open();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#due = Infinity;
    this.#connection?.end.abort();
    this.#connection = undefined;
  }

  #openIn(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#due = Date.now() + milliseconds;
    this.#timer = setTimeout(() => this.#open(), milliseconds);
  }

  /**
   * Opens a connection for all that is wanted now, in the place of another. The
   * server begins it with a poke of each space, so that what happens meanwhile
   * is missed by nobody.
   */
  async #open(): Promise<void> {
    this.close();
    const spaces = this.#wanted;
    if (spaces.length === 0) return;
    const end = new AbortController();
    const own = { spaces, isOpen: false, heard: Date.now(), end };
    this.#connection = own;
    const where = new URLSearchParams(spaces.map((space) => ["space", space]));
    where.set("online", "1");
    const response = await fetch(`/api/replicache/poke?${where}`, {
      headers: { accept: "text/event-stream", authorization: this.userID },
      cache: "no-store",
      signal: end.signal,
    }).catch(() => undefined); // no network, no server, or not wanted any more
    let wait = spread((response && retryAfter(response)) ?? this.#pause);
    // The server tells each its own moment.
    if (response?.ok) wait = await this.#read(response.body!, own) ?? wait;
    if (this.#connection !== own) return;
    end.abort(); // lets go of the body of a refusal
    this.#connection = undefined;
    this.#openIn(wait);
    this.#pause = Math.min(this.#pause * 2, LONGEST);
    const refused = response && !response.ok;
    // Nobody need hear again and again that there is no answer.
    if (this.#isUp || refused) this.#break();
  }

  #break(): void {
    this.#isUp = false;
    this.events.onBroken();
  }

  /** Reads to the end; gives back how long the server asks to stay away. */
  async #read(
    body: ReadableStream<Uint8Array>,
    own: Connection,
  ): Promise<number | undefined> {
    let wait: number | undefined;
    if (this.#connection !== own) return;
    this.#pause = SHORTEST;
    this.#isUp = own.isOpen = true;
    this.events.onOpen(own.spaces);
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read()
        .catch(() => ({ done: true, value: undefined }));
      if (done || own !== this.#connection) return wait;
      own.heard = Date.now();
      text += decoder.decode(value, { stream: true });
      const blocks = text.split("\n\n");
      text = blocks.pop()!;
      for (const block of blocks) {
        const { event, data, retry } = fieldsOf(block);
        if (retry) wait = Number(retry);
        if (event === "gone") this.#onGone();
        if (event === "beat") this.events.onBeat();
        else if (event) {
          this.events.onSaid({ name: event, body: JSON.parse(data) });
        }
      }
    }
  }

  /** The others live on in the stream; this one is asked for again with all. */
  #onGone(): void {
    this.#openIn(spread(this.#pauseOfGone));
    this.#pauseOfGone = Math.min(this.#pauseOfGone * 2, LONGEST);
  }
}

/** Whatever refused this one has refused many: they do not all come back at once. */
const spread = (pause: number) => pause * (1 + Math.random());

/** The fields of one block of server-sent events, each on one line as our server writes them. */
const fieldsOf = (block: string): Record<string, string> =>
  Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/)));
