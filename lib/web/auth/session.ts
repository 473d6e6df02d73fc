// Sessions: a random token in a cookie, its hash in KV, the person behind it.
import { ulid } from "@std/ulid";
import { nameArgs } from "../../chat/server_mutators.ts";
import { Refusal } from "../../chat/refusal.ts";
import { valid } from "../../chat/schema.ts";
import { bannedUntil } from "../../chat/strings/pages.ts";
import type { User } from "../../chat/views.ts";
import {
  commitOrUnavailable,
  type RestoreStep,
  unavailable,
} from "../../sync/mod.ts";
import type { ChatSync } from "../chat/domain.ts";
import { makePerson, userOf } from "../chat/profile.ts";
import { banOf } from "./bans.ts";
import { SIGNALS } from "../live/kv_signals.ts";
import { hashOf, newToken } from "./token.ts";

type Stored = { userID: string; expiresAt: number };

/** One signed-in browser. */
export type Session = {
  /** The hash of its token, under which it is stored. */
  sessionID: string;
  userID: string;
};

type Store = { kv: Deno.Kv; sync: ChatSync };

/** Of our own, as other apps on the same host have cookies, too. */
const COOKIE = "kvetch_session";
/** As earlier releases called it: still read, and replaced. */
const OLD_COOKIE = "session";
/** Cookies of these names that are tried: each costs a read. */
const MAX_CANDIDATES = 5;
const DAY_MS = 24 * 60 * 60 * 1000; // ms
const LIFETIME_MS = 30 * DAY_MS;

const MAX_REMEMBERED = 10_000; // sessions that a process remembers

/** Where a session is stored. */
const keyOf = (sessionID: string): Deno.KvKey => ["session", sessionID];
/** Where it is listed as one of a person's, so that all of theirs can be ended. */
const ownKey = (userID: string, sessionID: string): Deno.KvKey => [
  "sessionOf",
  userID,
  sessionID,
];

/** Where the subscription to notices of a session is stored; it ends with it. */
export const subscriptionKey = (
  userID: string,
  sessionID: string,
): Deno.KvKey => ["subscription", userID, sessionID];

/** Adds to a commit that a session lasts from now on for as long as one does. */
function extend(
  atomic: Deno.AtomicOperation,
  { sessionID, userID }: Session,
): Deno.AtomicOperation {
  const stored: Stored = { userID, expiresAt: Date.now() + LIFETIME_MS };
  const expiry = { expireIn: LIFETIME_MS };
  return atomic.set(keyOf(sessionID), stored, expiry)
    .set(ownKey(userID, sessionID), 0, expiry);
}

/** What a copy of the store has of a session's record: both of its records, and when they go by themselves. */
export function copiesOfSession(
  { set, value }: { set: Deno.KvKey; value: unknown },
): RestoreStep[] {
  const { userID, expiresAt: until } = value as Stored;
  const own = ownKey(userID, set[1] as string);
  return [{ set, value, until }, { set: own, value: 0, until }];
}

const throwUnavailable = (cause: unknown): never => {
  throw unavailable(cause);
};

/** Makes a person of a new userID. Throws a `bad-args` refusal for a bad `name` in what came in. */
export async function newPerson(
  { sync }: Pick<Store, "sync">,
  input: unknown,
): Promise<User> {
  const user = { userID: ulid(), ...valid(nameArgs, input) };
  await makePerson(sync, user);
  return user;
}

/**
 * Signs a new person in. Gives back the `Set-Cookie` value, marked `Secure` on
 * https. Throws as `newPerson`.
 */
export async function signIn(
  store: Store,
  input: unknown,
  secure: boolean,
): Promise<{ user: User; cookie: string }> {
  const user = await newPerson(store, input);
  return { user, cookie: await openSession(store, user.userID, secure) };
}

/**
 * Opens a session for a person; gives back its `Set-Cookie` value. Throws a
 * refusal, and opens none: `not-found` when their account is deleted meanwhile,
 * `not-allowed` when it is banned.
 */
export async function openSession(
  { kv, sync }: Store,
  userID: string,
  secure: boolean,
): Promise<string> {
  const token = newToken();
  const session: Session = { sessionID: hashOf(token), userID };
  await commitOrUnavailable(extend(kv.atomic(), session));
  // Asked only now: a deletion, or a ban, ends the sessions that there are at that moment.
  const isGone = await userOf(sync, userID) === null;
  const ban = await banOf(kv, { kind: "account", id: userID })
    .catch(throwUnavailable);
  if (isGone || ban) await end(kv, session);
  if (isGone) {
    throw new Refusal("not-found", "There is no such account any more.");
  }
  if (ban) throw new Refusal("not-allowed", bannedUntil(ban.until));
  return cookieOf(token, LIFETIME_MS, secure);
}

/**
 * What a process remembers of sessions. One key is written with the end of
 * each, whichever process ends it: while its versionstamp stands none has
 * ended. Where reads are gathered (see `batchReads`), one read of it speaks for
 * all requests of a moment.
 */
export class Sessions {
  readonly #known = new Map<string, Deno.KvEntryMaybe<Stored>>();
  /** The IDs of some of these, by their tokens: a hash takes longer. */
  readonly #ids = new Map<string, string>();
  /** The versionstamp that stood when these were read. */
  #ended: string | null = null;

  constructor(readonly kv: Deno.Kv) {}

  /** The session of a token as it is remembered, if it needs no renewal, and what proves that it has not ended. */
  recall(token: string): Found | undefined {
    const sessionID = this.#ids.get(token) ?? hashOf(token);
    const known = this.#known.get(sessionID);
    if (!known?.value || !needsNoRenewal(known)) return undefined;
    this.#ids.set(token, sessionID);
    const { userID } = known.value;
    return {
      session: { sessionID, userID },
      proof: { key: SIGNALS.sessions, versionstamp: this.#ended },
    };
  }

  /** The session as KV has it. */
  async find(sessionID: string): Promise<Deno.KvEntryMaybe<Stored>> {
    if (this.#known.has(sessionID)) {
      const { versionstamp } = await this.kv.get(SIGNALS.sessions);
      const known = this.#known.get(sessionID);
      // One that is to be prolonged may have been, by another process.
      if (known && needsNoRenewal(known) && versionstamp === this.#ended) {
        return known;
      }
    }
    const [found, { versionstamp }] = await this.kv.getMany<[Stored, 0]>(
      [keyOf(sessionID), SIGNALS.sessions],
    );
    if (versionstamp !== this.#ended || this.#known.size >= MAX_REMEMBERED) {
      this.#known.clear();
      this.#ids.clear();
    }
    this.#ended = versionstamp;
    if (needsNoRenewal(found)) this.#known.set(sessionID, found);
    return found;
  }
}

/** Whether there is one, and it lasts long enough yet. */
const needsNoRenewal = ({ value }: Deno.KvEntryMaybe<Stored>): boolean =>
  value !== null && value.expiresAt > Date.now() + LIFETIME_MS - DAY_MS;

/**
 * The session of a request; `cookie` is its `Set-Cookie` value when it was
 * prolonged. It is as good as `proof`, where there is one: whatever is done in
 * it has to check that this key is as it is said to be.
 */
export type Found = {
  session: Session;
  cookie?: string;
  proof?: Deno.AtomicCheck;
};

/** What is remembered of a request's session, under our own cookie; undefined for all that has to be looked up. */
export function recallSession(
  sessions: Sessions,
  req: Request,
): Found | undefined {
  const [candidate] = candidatesIn(req);
  if (candidate?.name !== COOKIE) return undefined;
  return sessions.recall(candidate.token);
}

/**
 * Looks up a request's session; null when it is missing, unknown or over. One
 * in use is prolonged, once a day.
 */
export async function sessionIn(
  sessions: Sessions,
  req: Request,
  secure: boolean,
): Promise<Found | null> {
  for (const candidate of candidatesIn(req)) {
    const found = await foundBy(sessions, candidate, secure);
    if (found) return found;
  }
  return null;
}

async function foundBy(
  sessions: Sessions,
  { name, token }: Candidate,
  secure: boolean,
): Promise<Found | null> {
  const sessionID = hashOf(token);
  const stored = await sessions.find(sessionID).catch(throwUnavailable);
  // KV may keep a value for some time after it has expired.
  if (!stored.value || stored.value.expiresAt <= Date.now()) return null;
  const { userID, expiresAt } = stored.value;
  const session: Session = { sessionID, userID };
  if (needsNoRenewal(stored)) {
    if (name === COOKIE) return { session };
    return { session, cookie: cookieOf(token, expiresAt - Date.now(), secure) };
  }
  // Checked, as it must not come to life again when it is ended meanwhile.
  const atomic = sessions.kv.atomic().check(stored);
  return await commitOrUnavailable(extend(atomic, session))
    ? { session, cookie: cookieOf(token, LIFETIME_MS, secure) }
    : { session };
}

/** Which of these sessions are over: ended or expired. */
export async function endedOf(
  kv: Deno.Kv,
  sessionIDs: string[],
): Promise<string[]> {
  const ended: string[] = [];
  for (let i = 0; i < sessionIDs.length; i += MAX_KEYS_PER_READ) {
    const some = sessionIDs.slice(i, i + MAX_KEYS_PER_READ);
    const found = await kv.getMany<Stored[]>(some.map(keyOf));
    const over = (value: Stored | null) =>
      value === null || value.expiresAt <= Date.now();
    ended.push(...some.filter((_, j) => over(found[j].value)));
  }
  return ended;
}

const MAX_KEYS_PER_READ = 10; // the most keys that KV reads in one call

/**
 * Has the browser remove what it keeps of a person: databases, caches, the
 * service worker. Only for pages without script: it would take them from under other tabs.
 */
export const CLEAR_SITE_DATA = { "clear-site-data": '"cache", "storage"' };

/**
 * Ends a request's session, if it has one, on the server, and tells all
 * processes, whose streams of it end. Gives back the `Set-Cookie` value that
 * clears it.
 */
export async function signOut(
  { kv, session }: Pick<Store, "kv"> & { session: Session | null },
  secure: boolean,
): Promise<string> {
  if (session) await end(kv, session);
  return clearedCookie(secure);
}

/** The `Set-Cookie` value that takes a session's cookie away. */
export const clearedCookie = (secure: boolean): string =>
  cookieOf("", 0, secure);

const end = (kv: Deno.Kv, { sessionID, userID }: Session) =>
  commitOrUnavailable(
    kv.atomic().delete(keyOf(sessionID)).delete(ownKey(userID, sessionID))
      .delete(subscriptionKey(userID, sessionID))
      .set(SIGNALS.sessions, 0),
  );

/**
 * When a person was last here, in milliseconds since 1970, give or take a day:
 * when one of their sessions was opened or prolonged. Null when they have none.
 */
export async function lastSeenAt(
  kv: Deno.Kv,
  userID: string,
): Promise<number | null> {
  let last: number | null = null;
  for await (const end of sessionEndsOf(kv, userID)) {
    last = Math.max(last ?? 0, end - LIFETIME_MS);
  }
  return last;
}

/** Until when each session of a person lasts if it is not used again, in milliseconds since 1970. */
export async function* sessionEndsOf(
  kv: Deno.Kv,
  userID: string,
): AsyncGenerator<number> {
  for await (const { key } of kv.list({ prefix: ["sessionOf", userID] })) {
    const { value } = await kv.get<Stored>(keyOf(key[2] as string));
    if (value) yield value.expiresAt;
  }
}

/** Ends all sessions of a person, on all their devices. */
export async function endSessions(kv: Deno.Kv, userID: string): Promise<void> {
  const prefix = ["sessionOf", userID];
  const own = await Array.fromAsync(kv.list({ prefix })).catch(
    throwUnavailable,
  );
  for (const { key } of own) {
    await end(kv, { sessionID: key[2] as string, userID });
  }
}

function cookieOf(value: string, maxAge: number, secure: boolean): string {
  const cookie = `${COOKIE}=${value}; Path=/; HttpOnly; SameSite=Lax; ` +
    `Max-Age=${Math.floor(maxAge / 1000)}`;
  return secure ? `${cookie}; Secure` : cookie;
}

type Candidate = { name: string; token: string };

/** The tokens that a request may mean, those under our own name first. */
function candidatesIn(req: Request): Candidate[] {
  const found = (req.headers.get("cookie") ?? "").split(";").flatMap((pair) => {
    const [name, token] = pair.trim().split("=");
    const isOurs = name === COOKIE || name === OLD_COOKIE;
    return isOurs && token ? [{ name, token }] : [];
  });
  return found.sort((a, b) =>
    Number(b.name === COOKIE) - Number(a.name === COOKIE)
  ).slice(0, MAX_CANDIDATES);
}
