// What a request carries on its way through middlewares, handlers and pages.
import { createDefine } from "fresh";
import type { Actor } from "../chat/mutators.ts";
import type { User } from "../chat/views.ts";
import type { ChatSync } from "./domain.ts";
import type { Limits } from "./limits.ts";
import type { Presence } from "./presence.ts";
import type { Session } from "./session.ts";
import type { Streams } from "./streams.ts";

/** What a process has once, for all requests. */
export interface Engine {
  kv: Deno.Kv;
  sync: ChatSync;
  limits: Limits;
  streams: Streams;
  presence: Presence;
}

export interface State extends Engine {
  user: User | null;
  /** The session of `user`. */
  session: Session | null;
  /** The page's own part of the document's title. */
  title?: string;
}

export const define = createDefine<State>();

/** The signed-in person as the one in whose name mutators run. */
export const actorOf = ({ userID, name }: User): Actor => ({
  userID,
  name,
  now: Date.now,
});
