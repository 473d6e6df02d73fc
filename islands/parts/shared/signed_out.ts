// Hearing that another tab has signed out.

export const CHANNEL = "signed-out";

/** `leaving`: whether this is the tab that signs out: it stays until all is gone. */
export const signingOut = { leaving: false };

/** Calls back when another tab signs out; returns the end of it. */
export function onSignedOut(callback: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = () => signingOut.leaving || callback();
  return () => channel.close();
}
