// Edits that were begun on this device, and which of them a tab is at.
import { useEffect } from "preact/hooks";
import { keptUnder } from "../shared/keptUnder.ts";

const nameOf = (id: string) => `edit/${id}`;

/** The last that was kept under keys like this, each ending with a message's ID, and that no tab is at. */
export async function begunUnder<T>(keys: string): Promise<T | undefined> {
  // Refused to look, as on plain http: then two tabs may show the same edit.
  const asked = navigator.locks?.query().catch(() => undefined);
  const { held = [] } = await asked ?? {};
  const names = new Set(held.map(({ name }) => name));
  return keptUnder<T>(keys).find(([id]) => !names.has(nameOf(id)))?.[1];
}

/** Tells other tabs that this one is at the edit of a message, as long as it is. */
export function useEditedHere(id: string | undefined): void {
  useEffect(() => {
    if (!id) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    navigator.locks?.request(nameOf(id), () => promise).catch(() => {});
    return resolve;
  }, [id]);
}
