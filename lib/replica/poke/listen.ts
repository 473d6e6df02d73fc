// Who on this page listens to which spaces; what they are told is the same for all tabs.
import type { Said } from "./poke_stream.ts";
import { Leader } from "./leader.ts";

/** What somebody does in a space just now, or not any more. */
export type Presence = { userID: string; typing: boolean };

type Listener = {
  /** Connected, now or again; what was poked before that has been missed. */
  onOpen?: () => void;
  onPoke?: () => void;
  /** Somebody in the space does something just now, or not any more. */
  onPresence?: (news: Presence) => void;
  /** Who is online in the space, all of them each time. */
  onOnline?: (userIDs: string[]) => void;
  /** The server is away, or would not have us; it is asked again, ever less often. */
  onBroken?: () => void;
};

/** By userID; a page has one. */
const pages = new Map<string, Page>();

/**
 * Listens to a space as this user; returns the end of it. All tabs of the user
 * in this browser share one stream of the server's.
 */
export function listen(
  userID: string,
  space: string,
  listener: Listener,
): () => void {
  let page = pages.get(userID);
  if (!page) pages.set(userID, page = new Page(userID));
  return page.add(space, listener);
}

class Page {
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #tabs: Leader;
  #carried = new Set<string>();
  /** The version of the last poke, by space, for as long as nothing can have been missed. */
  readonly #versions = new Map<string, number>();
  /** Who is online, by space, as it was last said. */
  readonly #online = new Map<string, string[]>();
  #saying = false;

  constructor(userID: string) {
    this.#tabs = new Leader(userID, {
      onCarried: (spaces) => this.#onCarried(spaces),
      onSaid: (said) => this.#onSaid(said),
      onBroken: () => this.#onBroken(),
    });
  }

  add(space: string, listener: Listener): () => void {
    const those = this.#listeners.get(space) ?? new Set();
    this.#listeners.set(space, those.add(listener));
    this.#saySoon();
    if (this.#carried.has(space)) {
      listener.onOpen?.();
      listener.onPoke?.();
      listener.onOnline?.(this.#online.get(space) ?? []);
    }
    return () => {
      if (!those.delete(listener)) return;
      if (those.size === 0) this.#listeners.delete(space);
      this.#saySoon();
    };
  }

  /** Says what is listened to, once for all that changes in this turn. */
  #saySoon(): void {
    if (this.#saying) return;
    this.#saying = true;
    queueMicrotask(() => {
      this.#saying = false;
      // Those first of which there is a copy: others may be left out.
      const hasCopy = ([, those]: [string, Set<Listener>]) =>
        [...those].some(({ onOpen }) => onOpen) ? 0 : 1;
      const sorted = [...this.#listeners].sort((a, b) =>
        hasCopy(a) - hasCopy(b)
      );
      this.#tabs.want(sorted.map(([space]) => space));
    });
  }

  #onCarried(spaces: string[]): void {
    const before = this.#carried;
    this.#carried = new Set(spaces);
    if (spaces.length === 0) {
      this.#versions.clear();
      this.#online.clear();
    }
    for (const space of spaces) {
      if (!before.has(space)) this.#tell(space, "onOpen");
    }
  }

  #onBroken(): void {
    this.#onCarried([]);
    for (const space of [...this.#listeners.keys()]) {
      this.#tell(space, "onBroken");
    }
  }

  #onSaid({ name, body }: Said): void {
    const { space } = body;
    if (name === "gone") {
      this.#versions.delete(space);
      return this.#tell(space, "onBroken");
    }
    if (name === "typing") {
      const { userID, typing } = body as Said["body"] & Presence;
      for (const { onPresence } of [...this.#listeners.get(space) ?? []]) {
        onPresence?.({ userID, typing });
      }
    }
    if (name === "online") {
      const { userIDs } = body as Said["body"] & { userIDs: string[] };
      this.#online.set(space, userIDs);
      for (const { onOnline } of [...this.#listeners.get(space) ?? []]) {
        onOnline?.(userIDs);
      }
    }
    if (name !== "poke") return;
    // A stream that another tab opens begins with what is known here already.
    const { version } = body as { space: string; version: number };
    if (this.#versions.get(space) === version) return;
    this.#versions.set(space, version);
    this.#tell(space, "onPoke");
  }

  #tell(space: string, what: "onOpen" | "onPoke" | "onBroken"): void {
    for (const listener of [...this.#listeners.get(space) ?? []]) {
      listener[what]?.();
    }
  }
}
