// This device's subscription to notices while the app is closed: the browser's half, kept in step with the server's.
import { askServer } from "../shared/ask_server.ts";
import { notificationChoice } from "./notification_choice.ts";

/** What keeps a device from being told while the app is closed. */
export type Obstacle = "insecure" | "install" | "unsupported" | "denied";

/** In ms: of a service worker that does not start, as in some private windows. */
const WORKER_TIMEOUT = 5_000;

const PATH = "/api/subscription";

/** The first obstacle there is on this device, as far as it shows without asking for anything; `permission` is "none" where a page can't notify. */
export function obstacle(
  permission: NotificationPermission | "none",
): Obstacle | undefined {
  if (!isSecureContext) return "insecure";
  if (isUninstalled()) return "install";
  const isSupported = navigator.serviceWorker && globalThis.PushManager;
  if (permission === "none" || !isSupported) return "unsupported";
  return permission === "denied" ? "denied" : undefined;
}

/** On iPhones and iPads only what is on the Home Screen is told of anything. */
function isUninstalled(): boolean {
  const { userAgent, platform, maxTouchPoints } = navigator;
  const isIOS = /iPhone|iPad|iPod/.test(userAgent) ||
    (platform === "MacIntel" && maxTouchPoints > 1);
  return isIOS && !matchMedia("(display-mode: standalone)").matches;
}

async function pushManager(): Promise<PushManager> {
  const timeout = new Promise<undefined>((end) =>
    setTimeout(end, WORKER_TIMEOUT)
  );
  const worker = await Promise.race([navigator.serviceWorker.ready, timeout]);
  if (!worker) throw new Error("The service worker does not start.");
  return worker.pushManager;
}

type Told = { publicKey: string; wanted: string | null };

async function askState(): Promise<Told> {
  const answer = await fetch(PATH);
  if (!answer.ok) throw new Error(`The subscription: ${answer.status}`);
  return await answer.json();
}

/** Whether this device is told while the app is closed. */
export async function isSubscribed(): Promise<boolean> {
  const [own, { wanted }] = await Promise.all([
    pushManager().then((manager) => manager.getSubscription()),
    askState(),
  ]);
  return own !== null && wanted !== null;
}

/** From now on this device is told, of what was chosen on it. Throws what the browser or the server says against it. */
export async function subscribe(): Promise<void> {
  const manager = await pushManager();
  const { publicKey } = await askState();
  let own = await manager.getSubscription();
  // The server has other keys than it had: as one whose data is gone.
  if (own && keyOf(own) !== publicKey) {
    await own.unsubscribe();
    own = null;
  }
  own ??= await manager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: publicKey,
  });
  const { endpoint, keys } = own.toJSON();
  const wanted = notificationChoice();
  await askServer("POST", PATH, { endpoint, keys, wanted });
}

export async function unsubscribe(): Promise<void> {
  await askServer("DELETE", PATH);
  const own = await (await pushManager()).getSubscription();
  await own?.unsubscribe();
}

/** Has the server send this device a notice. Throws `ServerRefusal`. */
export const sendTest = (): Promise<void> => askServer("POST", `${PATH}/test`);

/**
 * Tells the server what it does not know of a subscription that this browser
 * has: what was chosen since, who is signed in by now, or its key.
 */
export async function keepSubscription(): Promise<void> {
  const worker = await navigator.serviceWorker?.getRegistration();
  const own = await worker?.pushManager?.getSubscription();
  if (!own) return;
  const { publicKey, wanted } = await askState();
  const isKept = wanted === notificationChoice() && keyOf(own) === publicKey;
  if (!isKept) await subscribe();
}

/** The server's key that a subscription is for, in base64url. */
function keyOf({ options }: PushSubscription): string | undefined {
  const key = options.applicationServerKey;
  if (!key) return undefined;
  const text = btoa(String.fromCharCode(...new Uint8Array(key)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
