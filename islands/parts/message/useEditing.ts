// Which message is being edited, and its new text so far: kept on the device, so that a reload loses nothing.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Message } from "../../../lib/chat/schema.ts";
import { forget, keep, kept } from "../shared/local_store.ts";
import { extras } from "../room/lazy.ts";
import { idOf } from "./address.ts";

type Editing = Pick<Message, "id" | "seq" | "content">;

/** `place` says whose and which room's it is; `jump` goes to a message that is not on the page. */
export function useEditing(place: string, jump: (id: string) => void) {
  const editing = useSignal<Editing | undefined>(undefined);
  const resumed = useRef<Promise<void>>();
  // By message: another tab may be editing another one.
  const keys = `edit/${place}/`;

  const { resume, ...deeds } = useMemo(() => ({
    /** Goes on, once, with what an earlier visit has begun, when there can be a box for it. */
    resume: () =>
      resumed.current ??= extras.peek()?.begunUnder<Editing>(keys)
        .then((begun) => {
          editing.value ??= begun;
        }),
    async start({ id, seq, content }: Message) {
      await resume();
      // What was begun at another message would be lost: that one comes first.
      const { id: begun } = editing.value ??=
        // Another tab may be at this one, or have been.
        kept<Editing>(keys + id) ?? { id, seq, content };
      const element = document.getElementById(idOf(begun));
      if (element) element.querySelector("textarea")?.focus();
      else jump(begun);
    },
    change(content: string) {
      if (!editing.value) return;
      editing.value = { ...editing.value, content };
      keep(keys + editing.value.id, editing.value);
    },
    /** Ends it, and lets the message have the keys again. */
    end() {
      const { id } = editing.value ?? {};
      editing.value = undefined;
      forget(keys + id);
      if (id) document.getElementById(idOf(id))?.focus();
    },
  }), []);
  useEffect(() => void resume(), [extras.value]);

  return { editing, ...deeds };
}
