// Leaving this browser, signed out or with the account deleted: every local trace goes, and all tabs are told.
import { replicasClosed } from "../../../lib/replica/outbox/unsent.ts";
import { CHANNEL, signingOut } from "../shared/signed_out.ts";

/** How long, in milliseconds, it is waited for tabs that are leaving, and then for the browser. */
const PATIENCE = 5_000;

/**
 * Ends the session, then removes what this browser keeps. Throws, and removes
 * nothing, when the server can't be asked: what is kept would still be one's own.
 */
export async function signOut(): Promise<void> {
  const answer = await end("/api/session");
  if (!answer.ok) throw new Error(`Signing out: ${answer.status}`);
}

/**
 * Deletes the account of whoever has typed their name, and removes what this
 * browser keeps. False when that is not their name; throws, and removes
 * nothing, when the server can't be asked.
 */
export async function deleteAccount(name: string): Promise<boolean> {
  const answer = await end("/api/account", {
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name }),
  });
  if (answer.status === 400) return false;
  if (!isEnd(answer)) throw new Error(`Deleting the account: ${answer.status}`);
  return true;
}

/** An earlier try may have done it, and its answer have been lost. */
const isEnd = ({ ok, status }: Response): boolean => ok || status === 401;

/** Has the server delete something that is the end of this visit, and leaves if it does. */
async function end(path: string, init?: RequestInit): Promise<Response> {
  let ended = false;
  // Before the other tabs know of it, and write the last things.
  signingOut.leaving = true;
  try {
    const answer = await fetch(path, { ...init, method: "DELETE" });
    ended = isEnd(answer);
    if (ended) await leave();
    return answer;
  } finally {
    signingOut.leaving = ended;
  }
}

/** Never throws: that the session is over holds, whatever the browser makes of the rest. */
async function leave(): Promise<void> {
  await within(async () => {
    const channel = new BroadcastChannel(CHANNEL);
    channel.postMessage(null);
    channel.close();
    await replicasClosed(); // nothing is taken from under their hands
  });
  await within(eraseTraces);
}

async function within(deed: () => Promise<unknown>): Promise<void> {
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  await Promise.race([deed(), late]).catch(console.warn);
}

/**
 * Only for who has no script does the server have the browser do it, by
 * `Clear-Site-Data`: that takes the databases from under the other tabs, and
 * from Chromium there may be no answer about any after it.
 */
async function eraseTraces(): Promise<void> {
  localStorage.clear();
  sessionStorage.clear();
  const worker = await navigator.serviceWorker?.getRegistration();
  worker?.active?.postMessage("forget"); // and keeps nothing that is on its way
  await worker?.unregister();
  await Promise.all([eraseCaches(), eraseDatabases()]);
  localStorage.clear(); // the last that the other tabs have kept
}

// Again, for what a tab that was just opening or leaving has made meanwhile.
async function eraseCaches(): Promise<void> {
  for (;;) {
    const names = await globalThis.caches?.keys() ?? [];
    if (names.length === 0) return;
    await Promise.all(names.map((name) => caches.delete(name)));
  }
}

async function eraseDatabases(): Promise<void> {
  // What is unsent has a name that is known.
  if (!indexedDB.databases) return deleteDatabase("outbox");
  for (;;) {
    const databases = await indexedDB.databases();
    if (databases.length === 0) return;
    await Promise.all(databases.map(({ name }) => deleteDatabase(name!)));
  }
}

function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
}
