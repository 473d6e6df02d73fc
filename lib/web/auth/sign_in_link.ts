// Private sign-in links: a secret in a URL that opens one person's account on another device.
import { commitOrUnavailable, unavailable } from "../../sync/mod.ts";
import { hashOf, newToken } from "./token.ts";

/** What a link opens, under its secret's hash. */
const linkKey = (hash: string): Deno.KvKey => ["link", hash];
/** Which link a person has, so that a new one takes the place of the old. */
const ownKey = (userID: string): Deno.KvKey => ["linkOf", userID];

type Link = { userID: string };
type Own = { hash: string; createdAt: number };

const MAX_TRIES = 5; // when two requests change the link at once

/**
 * Gives a person a new link, and ends the one before. Its secret is given back
 * here; only its hash is stored.
 */
export async function makeSignInLink(
  kv: Deno.Kv,
  userID: string,
): Promise<string> {
  const secret = newToken();
  const hash = hashOf(secret);
  const link: Link = { userID };
  const own: Own = { hash, createdAt: Date.now() };
  await replace(
    kv,
    userID,
    (atomic) => atomic.set(linkKey(hash), link).set(ownKey(userID), own),
  );
  return secret;
}

/** Ends a person's link, if there is one. */
export async function revokeSignInLink(
  kv: Deno.Kv,
  userID: string,
): Promise<void> {
  await replace(kv, userID, (atomic) => atomic.delete(ownKey(userID)));
}

/** Takes the link away that a person has, and makes `change`, all at once. */
async function replace(
  kv: Deno.Kv,
  userID: string,
  change: (atomic: Deno.AtomicOperation) => Deno.AtomicOperation,
): Promise<void> {
  for (let i = 0; i < MAX_TRIES; i++) {
    const before = await orUnavailable(kv.get<Own>(ownKey(userID)));
    const atomic = kv.atomic().check(before);
    if (before.value) atomic.delete(linkKey(before.value.hash));
    if (await commitOrUnavailable(change(atomic))) return;
  }
  throw unavailable(undefined, "Your link is being changed elsewhere.");
}

/** When a person's link was made, in milliseconds since 1970; null when there is none. */
export async function signInLinkMadeAt(
  kv: Deno.Kv,
  userID: string,
): Promise<number | null> {
  const { value } = await orUnavailable(kv.get<Own>(ownKey(userID)));
  return value?.createdAt ?? null;
}

/** Whose link this is; null when it opens nothing (any more). */
export async function signInLinkUser(
  kv: Deno.Kv,
  secret: string,
): Promise<string | null> {
  const key = linkKey(hashOf(secret));
  const { value } = await orUnavailable(kv.get<Link>(key));
  return value?.userID ?? null;
}

function orUnavailable<T>(read: Promise<T>): Promise<T> {
  return read.catch((cause) => {
    throw unavailable(cause);
  });
}
