// Follows what a person's own copy says of them, once it is not older than what the server has said with the page.
import { computed, effect, signal, untracked } from "@preact/signals";
import { profileOf } from "../../../lib/chat/queries.ts";
import type { Query } from "../../../lib/replica/mod.ts";
import type { UserReplica } from "./replicas.ts";

/**
 * Calls back with the answer to a query now and after each change, but for as
 * long as the copy may be older than the page: until the server has answered,
 * unless there is no network. Returns the end of it.
 */
export function onKnown<T extends object>(
  replica: UserReplica,
  query: Query<T>,
  callback: (answer: T) => void,
): () => void {
  const latest = signal<T | undefined>(undefined);
  const isCurrent = computed(() => {
    const { fresh, online } = replica.status.value;
    return fresh || !online;
  });
  const unsubscribe = replica.subscribe(
    // Before its first pull it has no profile, and knows nothing.
    async (tx) => await profileOf(tx) && await query(tx),
    (answer) => latest.value = answer,
  );
  const unfollow = effect(() => {
    const answer = latest.value;
    if (answer && isCurrent.value) untracked(() => callback(answer));
  });
  return () => {
    unsubscribe();
    unfollow();
  };
}
