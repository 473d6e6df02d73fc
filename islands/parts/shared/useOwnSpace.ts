// This browser's copy of a person's own space: how far they have read, what they have begun to write.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { userMutators } from "../../../lib/chat/mutators.ts";
import { userSpace } from "../../../lib/chat/spaces.ts";
import { openReplica, type Replica } from "../../../lib/replica/mod.ts";

export type OwnReplica = Replica<ReturnType<typeof userMutators>>;

/** Undefined until it is there; `when` lets what matters more come first. */
export function useOwnSpace(
  userID: string,
  when: boolean,
): OwnReplica | undefined {
  const opened = useSignal<OwnReplica | undefined>(undefined);
  useEffect(() => {
    if (!when) return;
    const opening = openReplica({
      userID,
      space: userSpace(userID),
      mutators: userMutators(),
    });
    opening.then((replica) => opened.value = replica, reportError);
    return () => {
      opening.then((replica) => replica.close(), () => {});
    };
  }, [when]);
  return opened.value;
}
