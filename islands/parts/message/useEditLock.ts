// One tab edits a message at a time: resumes an earlier visit's edit unless another tab has it, and holds the lock of the current one.
import { useEffect } from "preact/hooks";
import { editsIn, type Scope } from "../shared/unsent_text.ts";
import type { Editing } from "./useEditing.ts";

const lockName = (id: string) => `edit/${id}`;

export function useEditLock(scope: Scope, editing: Editing): void {
  useEffect(() => editing.resume(() => unlockedEdit(scope)), []);
  const id = editing.edit.value?.id;
  useEffect(() => {
    if (!id) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    navigator.locks?.request(lockName(id), () => promise).catch(() => {});
    return resolve;
  }, [id]);
}

/** The last edit that was begun and that no tab is at. */
async function unlockedEdit(scope: Scope) {
  // Without an answer, as on plain http, two tabs may show the same edit.
  const asked = navigator.locks?.query().catch(() => undefined);
  const { held = [] } = await asked ?? {};
  const names = new Set(held.map(({ name }) => name));
  return editsIn(scope).find(({ id }) => !names.has(lockName(id)));
}
