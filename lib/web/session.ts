// Sessions: a random token in a cookie, its hash in KV, the person behind it.
import { ulid } from "@std/ulid";
import { Name, type Profile, valid } from "../chat/schema.ts";
import { userSpace } from "../chat/spaces.ts";
import type { User } from "../chat/views.ts";
import { SyncError } from "../sync/mod.ts";
import type { State } from "./state.ts";

type Session = { userID: string; expiresAt: number };

const COOKIE = "session";
const LIFETIME = 30 * 24 * 60 * 60; // seconds

/** Where sessions are kept: by their token's hash, so that a copy of the store lets nobody in. */
const sessionKey = async (token: string): Promise<Deno.KvKey> => {
  const bytes = new TextEncoder().encode(token);
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return ["session", new Uint8Array(hash).toHex()];
};

/**
 * Signs a person in under a new userID. Gives back the `Set-Cookie` value,
 * marked `Secure` on https. Throws a `bad-args` refusal for a bad name.
 */
export async function signIn(
  { kv, sync }: Pick<State, "kv" | "sync">,
  name: unknown,
  secure: boolean,
): Promise<{ user: User; cookie: string }> {
  const user = await rename({ sync }, ulid(), name);
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const token = bytes.toBase64({ alphabet: "base64url", omitPadding: true });
  const session: Session = {
    userID: user.userID,
    expiresAt: Date.now() + LIFETIME * 1000,
  };
  await kv.set(await sessionKey(token), session, {
    expireIn: LIFETIME * 1000,
  });
  return { user, cookie: cookieOf(token, LIFETIME, secure) };
}

/** Gives a person a name; throws a `bad-args` refusal for a bad one. */
export async function rename(
  { sync }: Pick<State, "sync">,
  userID: string,
  input: unknown,
): Promise<User> {
  const profile: Profile = { name: valid(Name, input) };
  await sync.write([userSpace(userID)], (own) => own.set("profile", profile));
  return { userID, name: profile.name };
}

/** Who sent a request; null when its session is missing, unknown or over. */
export async function userOf(
  { kv, sync }: Pick<State, "kv" | "sync">,
  req: Request,
): Promise<User | null> {
  const token = tokenIn(req);
  if (!token) return null;
  const { value } = await kv.get<Session>(await sessionKey(token))
    .catch((cause) => {
      throw new SyncError("unavailable", "The storage is busy.", { cause });
    });
  // KV may keep a value for some time after it has expired.
  if (!value || value.expiresAt <= Date.now()) return null;
  const [profile] = await sync.get(userSpace(value.userID), "profile");
  if (!profile) return null;
  return { userID: value.userID, name: (profile as Profile).name };
}

/** Ends the request's session on the server; gives back the `Set-Cookie` that clears it. */
export async function signOut(
  { kv }: Pick<State, "kv">,
  req: Request,
): Promise<string> {
  const token = tokenIn(req);
  if (token) await kv.delete(await sessionKey(token));
  return cookieOf("", 0, new URL(req.url).protocol === "https:");
}

function cookieOf(value: string, maxAge: number, secure: boolean): string {
  const cookie = `${COOKIE}=${value}; Path=/; HttpOnly; SameSite=Lax; ` +
    `Max-Age=${maxAge}`;
  return secure ? `${cookie}; Secure` : cookie;
}

function tokenIn(req: Request): string | undefined {
  for (const pair of (req.headers.get("cookie") ?? "").split(";")) {
    const [name, value] = pair.trim().split("=");
    if (name === COOKIE && value) return value;
  }
}
