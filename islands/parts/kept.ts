// What somebody has typed and not sent, on this device: it outlives a reload, at once and without a network.

export const PREFIX = "kvetch/";

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

export function forget(key: string): void {
  try {
    localStorage.removeItem(PREFIX + key);
  } catch (error) {
    console.warn("Not to be forgotten on this device", error);
  }
}
