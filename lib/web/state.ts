// What a request carries on its way through middlewares, handlers and pages.
import { createDefine } from "fresh";
import type { User } from "../chat/views.ts";
import type { ChatSync } from "./chat/domain.ts";
import type { MessageRemovals } from "./chat/message_removal.ts";
import type { RoomDigests } from "./chat/room_digests.ts";
import type { AccountDeletions } from "./auth/account_deletion.ts";
import type { AddressBans } from "./auth/bans.ts";
import type { FormsOnce } from "./http/forms_once.ts";
import type { Held, MemoryBudget } from "./http/memory_budget.ts";
import type { RateLimits } from "./http/rate_limits.ts";
import type { Online } from "./live/online.ts";
import type { Typing } from "./live/typing.ts";
import type { Session, Sessions } from "./auth/session.ts";
import type { StoreHealth } from "./store.ts";
import type { Streams } from "./live/streams.ts";
import type { PullSlots } from "./http/pull_slots.ts";

/** What a process has once, for all requests. */
export interface Services {
  kv: Deno.Kv;
  sync: ChatSync;
  roomDigests: RoomDigests;
  limits: RateLimits;
  pullSlots: PullSlots;
  memory: MemoryBudget;
  sessions: Sessions;
  storeHealth: StoreHealth;
  streams: Streams;
  typing: Typing;
  accountDeletions: AccountDeletions;
  messageRemovals: MessageRemovals;
  online: Online;
  formsOnce: FormsOnce;
  addressBans: AddressBans;
  /** Whether an account is made by invitation only: the setting `SIGN_IN`. */
  invitedOnly: boolean;
  /** Whether people may make rooms: the setting `MAKE_ROOMS`. */
  mayMakeRooms: boolean;
  /** The setting `ORIGIN`. */
  publicOrigin: string | undefined;
  /** Addresses of the scripts that a room always loads. */
  roomScripts: string[];
}

export interface State extends Services {
  /** The memory that the request's body holds until it is answered. */
  held: Held;
  /** Where the request comes from; see `addressOf`. */
  address: string;
  /** The session that the request came in. */
  session: Session | null;
  /** The person of the session; null in `api/replicache`, where their name is not needed. */
  user: User | null;
  /** The page's own part of the document's title. */
  title?: string;
}

export const define = createDefine<State>();
