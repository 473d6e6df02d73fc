// Which message is being edited, and its new text so far: kept on the device, so that a reload loses nothing.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { Message } from "../../../lib/chat/schema.ts";
import { forget, keep, kept } from "../kept.ts";
import { idOf } from "./address.ts";

type Editing = { id: string; content: string };

/** `place` says whose and which room's it is. */
export function useEditing(place: string) {
  const editing = useSignal<Editing | undefined>(undefined);
  const key = `edit/${place}`;

  useEffect(() => {
    editing.value = kept<Editing>(key);
  }, []);

  const deeds = useMemo(() => ({
    start({ id, content }: Message) {
      // What was begun at another message would be lost: that one comes first.
      const other = editing.value;
      if (other && other.id !== id) {
        const box = document.getElementById(idOf(other.id));
        box?.querySelector("textarea")?.focus();
        return;
      }
      editing.value = { id, content };
    },
    change(content: string) {
      if (!editing.value) return;
      editing.value = { ...editing.value, content };
      keep(key, editing.value);
    },
    /** Ends it, and lets the message have the keys again. */
    end() {
      const { id } = editing.value ?? {};
      editing.value = undefined;
      forget(key);
      if (id) document.getElementById(idOf(id))?.focus();
    },
  }), []);

  return { editing, ...deeds };
}
