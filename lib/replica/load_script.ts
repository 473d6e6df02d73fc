// Loads scripts on use, and again where that has failed.

/** In a script's text: what it imports at once. */
const IMPORTED = /\b(?:from|import)"(\.\/[^"]+\.js)"/g;

/** Those that have come, or are on their way, by their addresses. */
const fetched = new Map<string, Promise<unknown>>();

/**
 * The module that `load` imports, and does no more than that. It is fetched
 * first, with all that it imports at once, and imported from the browser's cache:
 * of a script that did not come once, as without a network, Chromium never loads
 * any that imports it. Throws where one does not come now.
 */
export async function loadScript<T extends Record<string, unknown>>(
  load: () => Promise<T>,
): Promise<T> {
  // It says `import("./…")`, in the bundle's spelling.
  await fetchImported(String(load).replace('("', '"'), import.meta.url);
  return await load();
}

const fetchImported = (code: string, base: string) =>
  Promise.all(Array.from(code.matchAll(IMPORTED), ([, path]) => {
    const { href } = new URL(path, base);
    const coming = fetched.get(href) ?? fetchScript(href).catch((error) => {
      fetched.delete(href);
      throw error;
    });
    fetched.set(href, coming);
    return coming;
  }));

async function fetchScript(address: string): Promise<void> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  await fetchImported(await answer.text(), address);
}
