// What a request carries on its way through middlewares, handlers and pages.
import { createDefine } from "fresh";
import type { Actor } from "../chat/mutators.ts";
import type { User } from "../chat/views.ts";
import type { Sync } from "../sync/mod.ts";

export interface State {
  kv: Deno.Kv;
  sync: Sync<Actor>;
  user: User | null;
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
