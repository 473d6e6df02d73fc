// Whom the reader has blocked.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { blockedBy, profileOf } from "../../../lib/chat/queries.ts";
import type { BlockedPerson } from "../../../lib/chat/schema.ts";
import type { UserReplica } from "../shared/replicas.ts";

/** As the page's HTML has it first, then as the person's replica does. */
export function useBlocked(
  html: readonly BlockedPerson[] = [],
  replica: UserReplica | undefined,
): readonly BlockedPerson[] {
  const latest = useSignal(html);
  useEffect(() => {
    let isFirst = true;
    return replica?.subscribe(
      // Before its first pull it has no profile, and knows of none.
      async (tx) => await profileOf(tx) && await blockedBy(tx),
      (known) => {
        if (!known) return;
        const ids = known.map(({ id }) => id);
        // The copy of an earlier visit may lack whom the newer HTML has.
        const isOld = isFirst && !html.every(({ id }) => ids.includes(id));
        isFirst = false;
        if (!isOld) latest.value = known;
      },
    );
  }, [replica]);
  return latest.value;
}
