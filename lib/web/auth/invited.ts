// Finds out whether somebody who is about to make an account is invited to a room.
import type { ChatSync } from "../chat/domain.ts";
import { findInvitation, type Invited } from "../chat/members.ts";

/** By whom and to which room an invitation's address or path invites; undefined when it does not, or not any more. */
export async function invitedBy(
  sync: ChatSync,
  address: string,
): Promise<Invited | undefined> {
  const path = URL.parse(address, "http://any.example")?.pathname ?? "";
  const [, room, secret] = path.match(/^\/invite\/([^/]+)\/([^/]+)$/) ?? [];
  return secret && await findInvitation(sync, room, secret) || undefined;
}
