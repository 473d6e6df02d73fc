// Listens to spaces: all listeners of a page share its part in the one poke stream of the browser.
import { coalesce } from "../coalesce.ts";
import type { Server } from "../server.ts";
import { SharedPokeStream, type StreamNews } from "./shared_poke_stream.ts";
import type { Poke } from "../pull_window.ts";
import type { SpaceEvent } from "./poke_stream.ts";

export type Listener = {
  /** Connected, now or again; what was poked before that has been missed. */
  onOpen?: () => void;
  /** `version` is the space's, where it is known; `poke` what was told. */
  onPoke?: (version?: number, poke?: Poke) => void;
  /** The server is away, or refuses; it is asked again, ever less often. */
  onBroken?: () => void;
  /** By name, what the app's own events of the space call, with their data. */
  events?: Record<string, (data: never) => void>;
};

/** By userID; a page has one. */
const listenersByUser = new Map<string, PageListeners>();

/**
 * Listens to a space as this user; returns the end of it. All tabs of the user
 * in this browser share one stream of the server's.
 */
export function listen(
  server: Server,
  userID: string,
  space: string,
  listener: Listener,
): () => void {
  let page = listenersByUser.get(userID);
  if (!page) {
    listenersByUser.set(userID, page = new PageListeners(server, userID));
  }
  return page.add(space, listener);
}

/** The listeners of this page, by space. */
class PageListeners {
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #leader: SharedPokeStream;
  #open = new Set<string>();
  /** The version of the last poke, by space, for as long as nothing can have been missed. */
  readonly #versions = new Map<string, number>();

  constructor(server: Server, userID: string) {
    this.#leader = new SharedPokeStream(
      server,
      userID,
      (news) => this.#onNews(news),
    );
  }

  add(space: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(space) ?? new Set();
    this.#listeners.set(space, listeners.add(listener));
    this.#updateSpaces();
    if (this.#open.has(space)) {
      listener.onOpen?.();
      listener.onPoke?.(this.#versions.get(space));
      for (const event of this.#leader.lastEvents(space)) pass(event, listener);
    }
    return () => {
      if (!listeners.delete(listener)) return;
      if (listeners.size === 0) this.#listeners.delete(space);
      this.#updateSpaces();
    };
  }

  readonly #updateSpaces = coalesce(() => {
    // Those first of which there is a copy: others may be left out.
    const hasCopy = ([, listeners]: [string, Set<Listener>]) =>
      [...listeners].some(({ onOpen }) => onOpen) ? 0 : 1;
    const sorted = [...this.#listeners].sort((a, b) => hasCopy(a) - hasCopy(b));
    this.#leader.setSpaces(sorted.map(([space]) => space));
  });

  #onNews(news: StreamNews): void {
    if ("said" in news) this.#onEvent(news.said);
    else if ("carries" in news) {
      if (news.carries) this.#onOpen(news.carries);
    } else if ("broken" in news) {
      this.#onOpen([]);
      for (const space of [...this.#listeners.keys()]) {
        this.#tell(space, "onBroken");
      }
    }
  }

  #onOpen(spaces: string[]): void {
    const before = this.#open;
    this.#open = new Set(spaces);
    if (spaces.length === 0) this.#versions.clear();
    for (const space of spaces) {
      if (!before.has(space)) this.#tell(space, "onOpen");
    }
  }

  #onEvent(event: SpaceEvent): void {
    const { name, body } = event;
    const { space } = body;
    if (name === "gone") {
      this.#versions.delete(space);
      this.#tell(space, "onBroken");
    } else if (name === "poke" || name === "patch") {
      // A stream that another tab opens begins with what is known here already.
      const poke = body as SpaceEvent["body"] & Poke;
      const { version } = poke;
      if (this.#versions.get(space) === version) return;
      this.#versions.set(space, version);
      for (const each of this.#listenersOf(space)) {
        each.onPoke?.(version, poke);
      }
    } else {
      for (const each of this.#listenersOf(space)) pass(event, each);
    }
  }

  #tell(space: string, what: "onOpen" | "onBroken"): void {
    for (const listener of this.#listenersOf(space)) listener[what]?.();
  }

  /** A copy: some may go, and others come, while they are told. */
  #listenersOf(space: string): Listener[] {
    return [...this.#listeners.get(space) ?? []];
  }
}

/** Only whoever listens to an event knows the type of its data. */
const pass = ({ name, body }: SpaceEvent, { events = {} }: Listener) => {
  if (Object.hasOwn(events, name)) events[name](body as never);
};
