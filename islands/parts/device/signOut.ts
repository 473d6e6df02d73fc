// Leaving this browser, signed out or with the account deleted: every local trace goes, and all tabs are told.
import { reasonOf } from "../../../lib/chat/refusal.ts";
import { CHANNEL, signingOut } from "./signedOut.ts";

/** How long, in milliseconds, tabs that are leaving may hold what is to go. */
const PATIENCE = 2_000;

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
  // Before it is asked: with its answer the browser begins to clear.
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
  // They leave, and so let go of their databases.
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(null);
  channel.close();
  const late = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE));
  await Promise.race([eraseTraces(), late]);
}

/**
 * The server says `Clear-Site-Data` as well, for when no script runs; browsers
 * ignore that where the connection is not secure. Chromium may never answer
 * this page about its databases once it has obeyed.
 */
async function eraseTraces(): Promise<void> {
  const worker = await navigator.serviceWorker?.getRegistration();
  worker?.active?.postMessage("forget"); // and keeps nothing that is on its way
  localStorage.clear();
  sessionStorage.clear();
  const names = await globalThis.caches?.keys() ?? [];
  await Promise.all(names.map((name) => caches.delete(name)));
  // Again, for what a tab that was just opening has made meanwhile.
  for (;;) {
    const databases = await indexedDB.databases?.() ?? [];
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
