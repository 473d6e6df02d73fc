// The poke stream: one connection to the server for many spaces, opened again after every break.
import { retryAfter } from "../http/retry_after.ts";
import type { Server } from "../server.ts";

/** The first and the longest delay before the server is asked again, in milliseconds. */
const MIN_RETRY_DELAY = 2_000;
const MAX_RETRY_DELAY = 60_000;

/** Tabs, and the parts of a page, come alive one after the other: one connection for all that do so within this. */
const OPEN_DELAY = 50; // ms

/**
 * A connection that was silent for so long, in milliseconds, is dead, though the
 * browser takes it for open (a router has forgotten it, the machine slept): the
 * server beats every 15 s.
 */
const MAX_SILENCE = 45_000;

/** A stream's address names each of them, and a server takes no more. */
const MAX_SPACES_PER_STREAM = 100;

/**
 * An event of a space: a poke, that it is gone, or one of the app's own. It
 * goes from tab to tab in this shape, those of older releases too.
 */
export type SpaceEvent = {
  name: string;
  body: { space: string; version?: number };
};

export type StreamEvents = {
  /** Connected: the stream has these spaces. */
  onOpen: (spaces: string[]) => void;
  onEvent: (event: SpaceEvent) => void;
  /** The server is there, with or without an event. */
  onBeat: () => void;
  /** The connection is broken, or was refused; it is opened again. */
  onBroken: () => void;
};

type Connection = {
  spaces: string[];
  isOpen: boolean;
  /** When something came last. */
  heardAt: number;
  end: AbortController;
};

/**
 * Read with `fetch` and not with `EventSource`, which can't say whose stream it
 * wants, hides the server's answer, and does not notice a dead connection.
 */
export class PokeStream {
  #spaces: string[] = [];
  #connection: Connection | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When to open the next connection; browsers hold back the timers of hidden tabs. */
  #openAt = Infinity;
  /** Before the next try, after the server refused the stream; or one of its spaces. */
  #retryDelay = MIN_RETRY_DELAY;
  #goneRetryDelay = MIN_RETRY_DELAY;
  /** Until a break was told. True at first: another tab's stream may have been open until now. */
  #isUp = true;

  constructor(
    private readonly server: Server,
    private readonly userID: string,
    private readonly events: StreamEvents,
  ) {}

  /** The spaces of the open connection; undefined while there is none. */
  get openSpaces(): string[] | undefined {
    return this.#connection?.isOpen ? this.#connection.spaces : undefined;
  }

  /**
   * Has at least these spaces from now on, the first of them if they are too
   * many. `now` opens a broken stream without waiting for its next try.
   */
  setSpaces(spaces: string[], now: boolean): void {
    const known = new Set(this.#connection?.spaces ?? this.#spaces);
    this.#spaces = spaces.slice(0, MAX_SPACES_PER_STREAM);
    const isMore = this.#spaces.some((space) => !known.has(space));
    if (isMore) this.#goneRetryDelay = MIN_RETRY_DELAY;
    if (isMore || (now && !this.#connection)) this.#openIn(OPEN_DELAY);
  }

  /** Connects again at once: the network is back. */
  reopen(): void {
    this.#openIn(0);
  }

  /** Does what a timer may have missed, in a tab that slept or is held back. */
  checkAlive(): void {
    const { heardAt = Infinity } = this.#connection ?? {};
    const isSilent = Date.now() >= heardAt + MAX_SILENCE;
    if (isSilent) this.#tellBroken();
    if (isSilent || Date.now() >= this.#openAt) this.#open();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#openAt = Infinity;
    this.#connection?.end.abort();
    this.#connection = undefined;
  }

  #openIn(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#openAt = Date.now() + milliseconds;
    this.#timer = setTimeout(() => this.#open(), milliseconds);
  }

  /**
   * Opens a connection for all spaces that are asked for now, in the place of
   * another. The server begins it with a poke of each space, so that what
   * happens meanwhile is missed by nobody.
   */
  async #open(): Promise<void> {
    this.close();
    const spaces = this.#spaces;
    if (spaces.length === 0) return;
    const end = new AbortController();
    const own = { spaces, isOpen: false, heardAt: Date.now(), end };
    this.#connection = own;
    const response = await fetch(this.server.url("poke", spaces), {
      headers: {
        accept: "text/event-stream",
        ...this.server.headers(this.userID),
      },
      cache: "no-store",
      signal: end.signal,
    }).catch(() => undefined); // no network, no server, or not wanted any more
    let wait = spread((response && retryAfter(response)) ?? this.#retryDelay);
    // A server that stops tells each reader another time to come back.
    if (response?.ok) wait = await this.#read(response.body!, own) ?? wait;
    if (this.#connection !== own) return;
    end.abort(); // lets go of the body of a refusal
    this.#connection = undefined;
    this.#openIn(wait);
    this.#retryDelay = Math.min(this.#retryDelay * 2, MAX_RETRY_DELAY);
    const refused = response && !response.ok;
    // That there is no answer is told once.
    if (this.#isUp || refused) this.#tellBroken();
  }

  #tellBroken(): void {
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
    this.#retryDelay = MIN_RETRY_DELAY;
    this.#isUp = own.isOpen = true;
    this.events.onOpen(own.spaces);
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read()
        .catch(() => ({ done: true, value: undefined }));
      if (done || own !== this.#connection) return wait;
      own.heardAt = Date.now();
      text += decoder.decode(value, { stream: true });
      const blocks = text.split("\n\n");
      text = blocks.pop()!;
      for (const block of blocks) {
        const { event, data, retry } = fieldsOf(block);
        if (retry) wait = Number(retry);
        if (event === "gone") this.#retryGone();
        if (event === "beat") this.events.onBeat();
        else if (event) {
          this.events.onEvent({ name: event, body: JSON.parse(data) });
        }
      }
    }
  }

  /** The other spaces stay in the stream; the one that is gone is asked for again with all. */
  #retryGone(): void {
    this.#openIn(spread(this.#goneRetryDelay));
    this.#goneRetryDelay = Math.min(this.#goneRetryDelay * 2, MAX_RETRY_DELAY);
  }
}

/** What made one reader wait has made many: they do not all come back at once. */
const spread = (delay: number) => delay * (1 + Math.random());

/** The fields of one block of server-sent events, each on one line as our server writes them. */
const fieldsOf = (block: string): Record<string, string> =>
  Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/)));
