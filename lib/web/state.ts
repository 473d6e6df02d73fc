// What a request carries on its way through middlewares, handlers and pages.
import { createDefine } from "fresh";
import type { User } from "../chat/views.ts";
import type { ChatSync } from "./domain.ts";
import type { Deletions } from "./deletions.ts";
import type { Limits } from "./limits.ts";
import type { Online } from "./online.ts";
import type { Presence } from "./presence.ts";
import type { Session, Sessions } from "./session.ts";
import type { Streams } from "./streams.ts";
import type { Turns } from "./turns.ts";

/** What a process has once, for all requests. */
export interface Engine {
  kv: Deno.Kv;
  sync: ChatSync;
  limits: Limits;
  turns: Turns;
  sessions: Sessions;
  streams: Streams;
  presence: Presence;
  deletions: Deletions;
  online: Online;
}

export interface State extends Engine {
  /** The session that the request came in. */
  session: Session | null;
  /** Whose it is; null in `api/replicache`, where nobody asks what they are called. */
  user: User | null;
  /** The page's own part of the document's title. */
  title?: string;
}

export const define = createDefine<State>();
