// What a replica has to be told of its server: its addresses, and what goes with each request.

/** Built once by an app, and the same for all its replicas. */
export type Server = {
  /**
   * The address of an endpoint, of one space, or for the poke stream of one and
   * more. `window`, if there is one, is how many of the newest members of a
   * windowed collection a pull is to bring.
   */
  url(
    endpoint: "push" | "pull" | "poke",
    spaces: readonly string[],
    window?: number,
  ): string;
  /** The headers of each request, which say whose replica asks. */
  headers(userID: string): Record<string, string>;
  /**
   * Events of the app's own, by name, each of which replaces the one before it:
   * who begins to listen to a space is told the last.
   */
  replayedEvents?: readonly string[];
};
