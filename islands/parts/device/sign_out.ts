// Signs out or deletes the account, then erases all that this browser stores and tells its other tabs.
import { replicasClosed } from "../../../lib/replica/outbox/all_tabs.ts";
import { announceSignOut, signingOut } from "../shared/sign_out_channel.ts";

/** How long, in milliseconds, to wait for the other tabs to close their replicas, and then for the browser to erase. */
const MAX_WAIT = 5_000;

/**
 * Ends the session, then erases what this browser stores. Throws, and erases
 * nothing, when the server does not answer: the session would still be open.
 */
export async function signOut(): Promise<void> {
  const answer = await endSession("/api/session");
  if (!answer.ok) throw new Error(`Signing out: ${answer.status}`);
}

/**
 * Deletes the account, for which its name was typed, and erases what this
 * browser stores. False when that is not the account's name; throws, and erases
 * nothing, when the server does not answer.
 */
export async function deleteAccount(name: string): Promise<boolean> {
  const answer = await endSession("/api/account", {
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name }),
  });
  if (answer.status === 400) return false;
  if (!isEnded(answer)) {
    throw new Error(`Deleting the account: ${answer.status}`);
  }
  return true;
}

/** 401: an earlier request has ended it, and its answer was lost. */
const isEnded = ({ ok, status }: Response): boolean => ok || status === 401;

/** Asks the server to delete something and with it the session; if it does, erases everything. */
async function endSession(path: string, init?: RequestInit): Promise<Response> {
  let ended = false;
  // First, as the other tabs store what they have not sent when they are told.
  signingOut.byThisTab = true;
  try {
    const answer = await fetch(path, { ...init, method: "DELETE" });
    ended = isEnded(answer);
    if (ended) await eraseAll();
    return answer;
  } finally {
    signingOut.byThisTab = ended;
  }
}

/** Never throws: the session has ended, whatever the browser does with the rest. */
async function eraseAll(): Promise<void> {
  await withTimeout(async () => {
    announceSignOut();
    await replicasClosed(); // so that no database is in use
  });
  await withTimeout(eraseStorage);
}

async function withTimeout(work: () => Promise<unknown>): Promise<void> {
  const timeout = new Promise((resolve) => setTimeout(resolve, MAX_WAIT));
  await Promise.race([work(), timeout]).catch(console.warn);
}

/**
 * Not by the header `Clear-Site-Data`, which the server sends only where there
 * is no script: it deletes databases that other tabs are using, and Chromium
 * may answer no request for a database after it.
 */
async function eraseStorage(): Promise<void> {
  localStorage.clear();
  sessionStorage.clear();
  navigator.clearAppBadge?.().catch(console.warn);
  const worker = await navigator.serviceWorker?.getRegistration();
  worker?.active?.postMessage("forget"); // or it would store what it is fetching
  await worker?.unregister();
  await Promise.all([eraseCaches(), eraseDatabases()]);
  localStorage.clear(); // what the other tabs have stored meanwhile
}

// In a loop, as a tab that is opening or closing may make new ones meanwhile.
async function eraseCaches(): Promise<void> {
  for (;;) {
    const names = await globalThis.caches?.keys() ?? [];
    if (names.length === 0) return;
    await Promise.all(names.map((name) => caches.delete(name)));
  }
}

async function eraseDatabases(): Promise<void> {
  // Where a browser can't list them: those that hold what is unsent.
  if (!indexedDB.databases) {
    await Promise.all(["outbox", "uploads", "attached"].map(deleteDatabase));
    return;
  }
  for (;;) {
    const names = (await indexedDB.databases()).map(({ name }) => name!);
    // On plain http a lock is a database, which a page that has it holds until
    // it is left, this one too.
    const isLock = (name: string) => name.startsWith("lock/");
    for (const name of names.filter(isLock)) indexedDB.deleteDatabase(name);
    const others = names.filter((name) => !isLock(name));
    if (others.length === 0) return;
    await Promise.all(others.map(deleteDatabase));
  }
}

function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
}
