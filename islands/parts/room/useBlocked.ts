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
  useEffect(() =>
    replica?.subscribe(
      // Before its first pull it has no profile, and knows of none.
      async (tx) => await profileOf(tx) && await blockedBy(tx),
      (known) => latest.value = known ?? latest.peek(),
    ), [replica]);
  return latest.value;
}
