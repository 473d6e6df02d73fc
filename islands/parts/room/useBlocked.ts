// Whom the reader has blocked.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ReadTransaction } from "replicache";
import { blockedBy, profileOf } from "../../../lib/chat/queries.ts";
import type { BlockedPerson } from "../../../lib/chat/schema.ts";
import { onFresh, type UserReplica } from "../shared/replicas.ts";

/**
 * As the page's HTML has it first, then as the person's replica does. Of a page
 * that was stored, which `isStored` says, the replica's copy may be newer.
 */
export function useBlocked(
  html: readonly BlockedPerson[] = [],
  replica: UserReplica | undefined,
  isStored: boolean,
): readonly BlockedPerson[] {
  const latest = useSignal(html);
  useEffect(() => {
    if (!replica) return;
    // Before its first pull it has no profile, and knows of none.
    const read = async (tx: ReadTransaction) =>
      await profileOf(tx) && await blockedBy(tx);
    let isFirst = !isStored;
    const unsubscribe = replica.subscribe(read, (known) => {
      if (!known) return;
      const ids = known.map(({ id }) => id);
      // The copy of an earlier visit may lack whom the newer HTML has.
      const isOld = isFirst && !html.every(({ id }) => ids.includes(id));
      isFirst = false;
      if (!isOld) latest.value = known;
    });
    const unfollow = onFresh(replica, async () => {
      latest.value = await replica.query(read) || latest.peek();
    });
    return () => {
      unsubscribe();
      unfollow();
    };
  }, [replica]);
  return latest.value;
}
