// JSON values in localStorage. They outlive a reload, at once and without a network; where the browser stores nothing, only the page has them.

const PREFIX = "kvetch/";

/** Undefined, with a warning, where the browser refuses to store anything. */
function attempt<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch (error) {
    console.warn("This browser stores nothing", error);
  }
}

export const write = (key: string, value: unknown): void =>
  attempt(() => localStorage.setItem(PREFIX + key, JSON.stringify(value)));

/** Undefined when nothing is stored under the key. */
export const read = <T>(key: string): T | undefined =>
  attempt(() => JSON.parse(localStorage.getItem(PREFIX + key)!) ?? undefined);

export const remove = (key: string): void =>
  attempt(() => localStorage.removeItem(PREFIX + key));

/** All entries whose keys begin like this, the last key first, each with the rest of its key. */
export function entriesUnder<T>(start: string): [rest: string, value: T][] {
  const begin = PREFIX + start;
  const keys = attempt(() => Object.keys(localStorage)) ?? [];
  return keys.filter((key) => key.startsWith(begin)).sort().reverse()
    .flatMap((key) => {
      const value = read<T>(key.slice(PREFIX.length));
      return value === undefined ? [] : [[key.slice(begin.length), value]];
    });
}
