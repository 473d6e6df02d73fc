// What a request carries on its way through middlewares, handlers and pages.
import { createDefine } from "fresh";
import type { User } from "../chat/views.ts";
import type { ChatSync } from "./chat/domain.ts";
import type { MessageRemovals } from "./chat/message_removal.ts";
import type { RoomDigests } from "./chat/room_digests.ts";
import type { AccountDeletions } from "./auth/account_deletion.ts";
import type { AddressBans } from "./auth/bans.ts";
import type { FileUses } from "./files/file_uses.ts";
import type { Uploads } from "./files/uploads.ts";
import type { FormsOnce } from "./http/forms_once.ts";
import type { Held, MemoryBudget } from "./http/memory_budget.ts";
import type { Outgoing } from "./http/outgoing.ts";
import type { RateLimits } from "./http/rate_limits.ts";
import type { ScriptLink } from "./http/room_scripts.ts";
import type { JobQueue } from "./jobs/job_queue.ts";
import type { NoticeSender } from "./notices/notice_sender.ts";
import type { Subscriptions } from "./notices/subscriptions.ts";
import type { Online } from "./live/online.ts";
import type { Typing } from "./live/typing.ts";
import type { IndexWorker } from "./search/index_worker.ts";
import type { Session, Sessions } from "./auth/session.ts";
import type { StoreHealth } from "./store.ts";
import type { Streams } from "./live/streams.ts";
import type { PullSlots } from "./http/pull_slots.ts";
import type { Imports } from "./transfer/imports.ts";

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
  indexWorker: IndexWorker;
  uploads: Uploads;
  fileUses: FileUses;
  imports: Imports;
  online: Online;
  jobs: JobQueue;
  hookJobs: JobQueue;
  outgoing: Outgoing;
  subscriptions: Subscriptions;
  noticeSender: NoticeSender;
  formsOnce: FormsOnce;
  addressBans: AddressBans;
  /** Whether an account is made by invitation only: the setting `SIGN_IN`. */
  invitedOnly: boolean;
  /** Whether people may make rooms: the setting `MAKE_ROOMS`. */
  mayMakeRooms: boolean;
  /** The setting `ORIGIN`. */
  publicOrigin: string | undefined;
  /** Links to the scripts that a room always loads. */
  roomScripts: ScriptLink[];
}

export interface State extends Services {
  /** The memory that the request's body holds until it is answered. */
  held: Held;
  /** Where the request comes from; see `addressOf`. */
  address: string;
  /** The session that the request came in. */
  session: Session | null;
  /** What proves that the session has not ended, where that was not looked up: a push's commit checks it. */
  sessionProof?: Deno.AtomicCheck;
  /** The person of the session; null in `api/replicache` and for files, where their name is not needed. */
  user: User | null;
  /** The page's own part of the document's title. */
  title?: string;
}

export const define = createDefine<State>();
