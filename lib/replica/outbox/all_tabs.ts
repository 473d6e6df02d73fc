// What the tabs of this browser do, for who signs out: they change what is unsent, and close their replicas.
import { loadScript } from "../load_script.ts";

/** Resolves once the replicas that are open now in this browser are closed, as with their tabs. */
export async function replicasClosed(): Promise<void> {
  const { clientsClosed } = await loadScript(() =>
    import("../live_replica.ts")
  );
  await clientsClosed();
}

/** Calls back after any tab has changed what is unsent; returns the end of it. */
export function onUnsentChange(callback: () => void): () => void {
  const channel = new BroadcastChannel("outbox");
  channel.onmessage = callback;
  return () => channel.close();
}
