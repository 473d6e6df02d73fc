// Loads scripts on use, and again where that has failed.

/**
 * The module that `load` imports, and does no more than that. Chromium never asks
 * again for an address that it could not load once, as without a network, but
 * names it: by another spelling it is asked for anew. Throws where it cannot be
 * loaded now.
 */
export async function loadScript<T extends Record<string, unknown>>(
  load: () => Promise<T>,
): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const [address] = /https?:\S+\.js/.exec(String(error)) ?? [];
    if (!address || !navigator.onLine) throw error;
    return await import(`${address}?again=${Date.now()}`);
  }
}
