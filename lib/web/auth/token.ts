// Secrets that open something: sessions, sign-in links, invitations. KV holds their hashes only.
import { hash } from "node:crypto";

/** A new secret: 256 random bits, for a cookie or a URL. */
export function newToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/**
 * What a secret is kept and looked up by: the SHA-256 of its text, 64 hex
 * digits. A copy of the store lets nobody in; and as whoever guesses can't
 * choose the hash of a guess, how long a look-up takes tells nothing of the
 * secret: that is the comparison in constant time.
 */
export const hashOf = (token: string): string => hash("sha256", token); // crypto.subtle's, in another thread, takes fifty times as long
