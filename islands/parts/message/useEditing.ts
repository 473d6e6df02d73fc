// Which message is being edited, and its new text so far: stored on the device, so that a reload loses nothing.
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Message } from "../../../lib/chat/schema.ts";
import { elementIDOf } from "../shared/message_link.ts";
import {
  type BegunEdit,
  readEdit,
  removeEdit,
  saveEdit,
  type Scope,
} from "../shared/unsent_text.ts";

export type Editing = ReturnType<typeof useEditing>;

/** `jump` goes to a message that is not on the page. */
export function useEditing(scope: Scope, jump: (id: string) => void) {
  const edit = useSignal<BegunEdit | undefined>(undefined);

  return useMemo(() => {
    let resumed: Promise<void> | undefined;
    return {
      edit,
      /** Goes on, once, with an edit that an earlier visit began, if there is one. */
      resume(begun: () => Promise<BegunEdit | undefined>) {
        resumed ??= begun().then((found) => {
          edit.value ??= found;
        });
      },
      async start({ id, seq, content }: Message) {
        await resumed;
        // One that has begun at another message would be lost: it comes first.
        const { id: editedID } = edit.value ??=
          // Another tab may be editing this message, or have been.
          readEdit(scope, id) ?? { id, seq, content };
        const element = document.getElementById(elementIDOf(editedID));
        if (element) element.querySelector("textarea")?.focus();
        else jump(editedID);
      },
      change(content: string) {
        if (!edit.value) return;
        edit.value = { ...edit.value, content };
        saveEdit(scope, edit.value);
      },
      /** Ends it. */
      end() {
        if (!edit.value) return;
        const { id } = edit.value;
        edit.value = undefined;
        removeEdit(scope, id);
      },
    };
  }, []);
}
