// The replicas that a room's page opens, as its parts write to them.
import type { roomMutators, userMutators } from "../../../lib/chat/mutators.ts";
import type { Replica } from "../../../lib/replica/mod.ts";

export type RoomReplica = Replica<ReturnType<typeof roomMutators>>;

/** Of a person's own space: how far they have read, whom they have blocked, and their drafts. */
export type UserReplica = Replica<ReturnType<typeof userMutators>>;
