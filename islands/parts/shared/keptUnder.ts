// All of a kind that somebody has typed and not sent on this device.
import { kept, PREFIX } from "./local_store.ts";

/** All that was kept under keys that begin like this, the last first, each with the rest of its key. */
export function keptUnder<T>(start: string): [rest: string, value: T][] {
  let keys: string[] = [];
  try {
    keys = Object.keys(localStorage).sort().reverse();
  } catch {
    // As kept() says.
  }
  const begin = PREFIX + start;
  return keys.filter((key) => key.startsWith(begin)).flatMap((key) => {
    const rest = key.slice(begin.length);
    const value = kept<T>(start + rest);
    return value === undefined ? [] : [[rest, value]];
  });
}
