// What somebody has typed and not sent, on this device: it outlives a reload, at once and without a network.

export const PREFIX = "kvetch/";

/** Where the browser keeps nothing, the page still has it. */
function safely<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch (error) {
    console.warn("This browser keeps nothing", error);
  }
}

/** Keeps a value (JSON). */
export const keep = (key: string, value: unknown): void =>
  safely(() => localStorage.setItem(PREFIX + key, JSON.stringify(value)));

/** What was kept; undefined when nothing was. */
export const kept = <T>(key: string): T | undefined =>
  safely(() => JSON.parse(localStorage.getItem(PREFIX + key)!) ?? undefined);

export const forget = (key: string): void =>
  safely(() => localStorage.removeItem(PREFIX + key));

/** Whether any key of what was kept is like this. */
export const anyKept = (pattern: RegExp): boolean | undefined =>
  safely(() => pattern.test(Object.keys(localStorage).join()));
