// Whom a person has blocked, as the server reads and changes it for pages without a script.
import type { BlockedPerson } from "../../chat/schema.ts";
import { serverUserMutators } from "../../chat/server_mutators.ts";
import { userSpace } from "../../chat/spaces.ts";
import { assertPerson } from "../auth/access.ts";
import type { ChatSync } from "./domain.ts";

/** In the order in which they were blocked. */
export async function blockedPeople(
  sync: ChatSync,
  userID: string,
): Promise<readonly BlockedPerson[]> {
  const [blocked] = await sync.get(userSpace(userID), "blocked");
  return blocked as BlockedPerson[] | undefined ?? [];
}

/**
 * Blocks or unblocks somebody for a person, as a push of their own devices
 * does. To unblock needs no `name`. Throws a refusal: `bad-args`, `full`,
 * `not-allowed`.
 */
export async function setBlocked(
  sync: ChatSync,
  userID: string,
  { id, name }: BlockedPerson,
  isBlocked: boolean,
): Promise<void> {
  const { blockPerson, unblockPerson } = serverUserMutators(() => undefined);
  await sync.write([userSpace(userID)], async (own) => {
    await assertPerson(own);
    if (isBlocked) await blockPerson(own, { id, name });
    else await unblockPerson(own, { id });
  });
}
