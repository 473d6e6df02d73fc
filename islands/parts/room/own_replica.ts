// Opens the replica of a person's own space, for all parts of a page.
import { userMutators } from "../../../lib/chat/mutators.ts";
import { userSpace } from "../../../lib/chat/spaces.ts";
import { openReplica } from "../../../lib/replica/mod.ts";
import { readToldDrafts } from "../composer/told_drafts.ts";
import { chatServer } from "../shared/chat_server.ts";
import { userReplica } from "../shared/room_store.ts";

/** How long after the person's own replica did not open it is tried again, in milliseconds; each time twice as long. */
const RETRY_DELAY = 5_000;

let opening: Promise<void> | undefined;

/** Once; where that fails the next call tries again. */
const openUserReplica = (userID: string): Promise<void> =>
  opening ??= (async () => {
    await readToldDrafts(userID).catch(console.warn); // where the disk fails
    userReplica.value = await openReplica({
      server: chatServer,
      userID,
      space: userSpace(userID),
      mutators: userMutators(),
    });
  })().catch((error) => {
    opening = undefined;
    throw error;
  });

/** Has a person's own replica opened, however often it takes, and then calls `onOpen`; returns the end of trying. */
export function keepOpening(
  userID: string,
  onOpen?: () => Promise<void>,
) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = (retryDelay: number) => {
    openUserReplica(userID).then(onOpen).catch((error) => {
      console.warn(error);
      timer = setTimeout(open, retryDelay, retryDelay * 2);
    });
  };
  open(RETRY_DELAY);
  return () => clearTimeout(timer);
}
