// Logs what storage does wrong, once for as long as it goes on.

/** How long a failure has to stay away, in ms, to count as another one. */
const APART_MS = 60_000;

/** How many are remembered: what an error says may be another thing each time. */
const MAX_REMEMBERED = 100;

/** When errors of these texts were last seen, the latest at the end. */
const lastSeen = new Map<string, number>();

/**
 * Logs an error of the storage, unless one that says the same was seen within
 * the last minute, whatever it has stopped: a full disk stops each request.
 */
export function logFailure(what: string, error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  const now = performance.now();
  const before = lastSeen.get(text) ?? -Infinity;
  lastSeen.delete(text);
  lastSeen.set(text, now);
  if (lastSeen.size > MAX_REMEMBERED) {
    lastSeen.delete(lastSeen.keys().next().value!);
  }
  if (now - before >= APART_MS) console.error(what, error);
}
