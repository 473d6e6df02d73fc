// Leaving this browser, signed out or with the account deleted: every local trace goes, and all tabs are told.
import { reasonOf } from "../../../lib/chat/refusal.ts";
import { CHANNEL, signingOut } from "./signedOut.ts";

/** How long, in milliseconds, tabs that are leaving may hold what is to go; one that sleeps holds it longer. */
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
 * browser keeps. Gives back the reason when the server refuses; throws, and
 * removes nothing, when it can't be asked.
 */
export async function deleteAccount(name: string): Promise<string | undefined> {
  const answer = await end("/api/account", {
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name }),
  });
  if (answer.status === 400) {
    return reasonOf(await answer.json());
  }
  if (!answer.ok) throw new Error(`Deleting the account: ${answer.status}`);
}

/** Has the server delete something that is the end of this visit, and leaves if it does. */
async function end(path: string, init?: RequestInit): Promise<Response> {
  let ended = false;
  // Before the other tabs know of it, and write the last things.
  signingOut.leaving = true;
  try {
    const answer = await fetch(path, { ...init, method: "DELETE" });
    ended = answer.ok;
    if (ended) await leave();
    return answer;
  } finally {
    signingOut.leaving = ended;
  }
}

async function leave(): Promise<void> {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(null);
  channel.close();
  const late = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE));
  // Not from under their hands.
  await Promise.race([othersLeft().then(eraseTraces), late]);
}

/** Resolves once all tabs are gone that have a replica now: each holds a lock. */
async function othersLeft(): Promise<void> {
  const { locks } = navigator;
  await locks?.request("signing-out", async (own) => {
    const { held = [] } = await locks.query();
    const me = held.find(({ name }) => name === own!.name)!.clientId;
    const others = held.filter(({ clientId }) => clientId !== me);
    await Promise.all(others.map((it) => locks.request(it.name!, () => {})));
  });
}

/**
 * Only for who has no script does the server have the browser do it: that takes
 * the databases from under the other tabs, and from Chromium there may be no
 * answer about any after it.
 */
async function eraseTraces(): Promise<void> {
  const worker = await navigator.serviceWorker?.getRegistration();
  worker?.active?.postMessage("forget"); // and keeps nothing that is on its way
  await worker?.unregister();
  // Again, for what a tab that was just opening or leaving has made meanwhile.
  for (;;) {
    localStorage.clear();
    sessionStorage.clear();
    const names = await globalThis.caches?.keys() ?? [];
    const databases = await indexedDB.databases?.() ?? [];
    if (names.length + databases.length === 0) return;
    await Promise.all([
      ...names.map((name) => caches.delete(name)),
      ...databases.map(({ name }) => deleteDatabase(name!)),
    ]);
  }
}

function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
}
