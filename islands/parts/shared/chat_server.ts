// The chat's server, as a replica has to know it, and the events that it has besides pokes.
import type { Server } from "../../../lib/replica/server.ts";

/** `typing`: somebody in a space is, or is not any more. */
export type TypingEvent = { userID: string; typing: boolean };
/** `online`: all who are, in a space. */
export type OnlineEvent = { userIDs: string[] };

export const chatServer: Server = {
  url(endpoint, spaces, { window, around } = {}) {
    const query = new URLSearchParams(spaces.map((space) => ["space", space]));
    if (window) query.set("window", `${window}`);
    if (around) query.set("around", around.key);
    if (around?.order !== undefined) query.set("order", `${around.order}`);
    if (endpoint === "poke") {
      query.set("online", "1");
      query.set("patches", "1");
    }
    return `/api/replicache/${endpoint}?${query}`;
  },
  headers: (authorization) => ({ authorization }),
  replayedEvents: ["online"],
};
