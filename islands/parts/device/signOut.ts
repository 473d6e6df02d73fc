// Leaving this browser, signed out or with the account deleted: every local trace goes, and all tabs are told.
import { reasonOf } from "../../../lib/chat/refusal.ts";
import { CHANNEL, signingOut } from "./signedOut.ts";

/** How long, in milliseconds, a database may be held by a tab that is leaving. */
const PATIENCE = 2_000;

/**
 * Ends the session, then removes what this browser keeps. Throws, and removes
 * nothing, when the server can't be asked: what is kept would still be one's own.
 */
export async function signOut(): Promise<void> {
  const answer = await fetch("/api/session", { method: "DELETE" });
  if (!answer.ok) throw new Error(`Signing out: ${answer.status}`);
  await leave();
}

/**
 * Deletes the account of whoever has typed their name, and removes what this
 * browser keeps. Gives back the reason when the server refuses; throws, and
 * removes nothing, when it can't be asked.
 */
export async function deleteAccount(name: string): Promise<string | undefined> {
  const answer = await fetch("/api/account", {
    method: "DELETE",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name }),
  });
  if (answer.status === 400) {
    return reasonOf(await answer.json());
  }
  if (!answer.ok) throw new Error(`Deleting the account: ${answer.status}`);
  await leave();
}

async function leave(): Promise<void> {
  signingOut.leaving = true;
  // They leave, and so let go of their databases.
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(null);
  channel.close();
  await eraseTraces();
}

/**
 * The server says `Clear-Site-Data` as well, for when no script runs; browsers
 * ignore that where the connection is not secure.
 */
async function eraseTraces(): Promise<void> {
  const worker = await navigator.serviceWorker?.getRegistration();
  worker?.active?.postMessage("forget"); // and keeps nothing that is on its way
  localStorage.clear();
  sessionStorage.clear();
  const names = await globalThis.caches?.keys() ?? [];
  await Promise.all(names.map((name) => caches.delete(name)));
  const databases = await indexedDB.databases?.() ?? [];
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  await Promise.race([
    Promise.all(databases.map(({ name }) => deleteDatabase(name!))),
    late,
  ]);
}

function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
}
