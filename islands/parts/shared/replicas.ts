// The replicas that a room's page opens, as its parts write to them.
import { computed, effect } from "@preact/signals";
import type { roomMutators, userMutators } from "../../../lib/chat/mutators.ts";
import type { Replica } from "../../../lib/replica/mod.ts";

export type RoomReplica = Replica<ReturnType<typeof roomMutators>>;

/** Of a person's own space: how far they have read, whom they have blocked, and their drafts. */
export type UserReplica = Replica<ReturnType<typeof userMutators>>;

/** Calls `body` whenever a copy has come to be in step with the server; returns the end of it. */
export function onFresh(
  replica: RoomReplica | UserReplica,
  body: () => Promise<void>,
): () => void {
  const fresh = computed(() => replica.status.value.fresh);
  return effect(() => {
    if (fresh.value) body().catch(reportError);
  });
}
