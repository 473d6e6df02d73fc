// What somebody has typed and not sent, on this device: it outlives a reload, at once and without a network.

const PREFIX = "kvetch/";

/** Keeps a value (JSON). Where the browser keeps nothing, the page still has it. */
export function keep(key: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch (error) {
    console.warn("Not kept on this device", error);
  }
}

/** What was kept; undefined when nothing was. */
export function kept<T>(key: string): T | undefined {
  try {
    const text = localStorage.getItem(PREFIX + key);
    return text === null ? undefined : JSON.parse(text);
  } catch (error) {
    console.warn("Not to be read on this device", error);
  }
}

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

export function forget(key: string): void {
  try {
    localStorage.removeItem(PREFIX + key);
  } catch (error) {
    console.warn("Not to be forgotten on this device", error);
  }
}
