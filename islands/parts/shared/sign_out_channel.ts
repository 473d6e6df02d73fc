// Tells the other tabs of this browser that one has signed out.

const CHANNEL = "signed-out";

/** Whether this tab is the one that signs out: it stays until everything is erased. */
export const signingOut = { byThisTab: false };

/** Tells the other tabs. */
export function announceSignOut(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(null);
  channel.close();
}

/** Calls back when another tab signs out; returns a function that ends it. */
export function onSignedOut(callback: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = () => signingOut.byThisTab || callback();
  return () => channel.close();
}
