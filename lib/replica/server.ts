// What a replica has to be told of its server: its addresses, and what goes with each request.

/** What a pull is to bring of the large, windowed collections, beside what the copy has. */
export type Wanted = {
  /** How many of the newest members of each; undefined for as many as the server thinks fit. */
  window?: number;
  around?: Around;
};

/**
 * Members next to that of a key, or next to an order in the collection that the
 * key is of, which may be the collection's prefix alone.
 */
export type Around = { key: string; order?: number };

/** Built once by an app, and the same for all its replicas. */
export type Server = {
  /**
   * The address of an endpoint, of one space, or for the poke stream of one and
   * more. `wanted` goes with a pull.
   */
  url(
    endpoint: "push" | "pull" | "poke",
    spaces: readonly string[],
    wanted?: Wanted,
  ): string;
  /** The headers of each request, which say whose replica asks. */
  headers(userID: string): Record<string, string>;
  /**
   * Events of the app's own, by name, each of which replaces the one before it:
   * who begins to listen to a space is told the last.
   */
  replayedEvents?: readonly string[];
};
