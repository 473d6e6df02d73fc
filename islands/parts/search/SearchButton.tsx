// Opens the search, by a button or its keys, and by "?" the list of keys. The dialogs are loaded on use.
import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { everyPageStrings } from "../../../lib/chat/strings/every_page.ts";
import { loadScript } from "../../../lib/replica/load_script.ts";
import { returnToComposer } from "../shared/writing_focus.ts";

const words = everyPageStrings;

type Dialog = ComponentType<{ userID: string; onClose: () => void }>;

const dialogs = {
  search: async () =>
    (await loadScript(() => import("./SearchDialog.tsx"))).SearchDialog,
  shortcuts: async (): Promise<Dialog> =>
    (await loadScript(() => import("../shared/ShortcutsDialog.tsx")))
      .ShortcutsDialog,
};

const loaded = new Map<keyof typeof dialogs, Dialog>();

export function SearchButton({ userID }: { userID: string }) {
  const Dialog = useSignal<Dialog | undefined>(undefined);
  /** Which opening it is, counted from 1; 0 while it is closed. */
  const open = useSignal(0);
  const openings = useRef(0);
  /** Why it does not open. */
  const failed = useSignal("");

  async function openDialog(which: keyof typeof dialogs) {
    const opening = open.value = ++openings.current;
    // At once where it is loaded: keys that follow are for it.
    Dialog.value = loaded.get(which);
    failed.value = "";
    try {
      const dialog = await dialogs[which]();
      loaded.set(which, dialog);
      if (open.value === opening) Dialog.value = dialog;
    } catch (error) {
      console.error(error);
      open.value = 0;
      failed.value = navigator.onLine
        // Its script may be gone, as a new build replaces the old one's.
        ? words.searchFailed
        : words.needsNetwork;
    }
  }

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const isChord = (event.ctrlKey || event.metaKey) && event.key === "k";
      const sign = !isTextField(event.target) && event.key;
      const which = isChord || sign === "/"
        ? "search"
        : sign === "?"
        ? "shortcuts"
        : undefined;
      if (!which || event.defaultPrevented) return;
      event.preventDefault();
      // What is typed in an open search stays.
      if (!isIn("dialog", event.target)) openDialog(which);
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);

  const opening = open.value;
  return (
    <>
      <button
        type="button"
        class="quiet to-search"
        aria-keyshortcuts="Control+K Meta+K /"
        title={words.searchKeys}
        onClick={() => openDialog("search")}
      >
        <span>{words.search}</span>
      </button>
      {failed.value && <p class="device refusal" role="alert">{failed.value}
      </p>}
      {opening > 0 && Dialog.value && (
        <Dialog.value
          key={opening}
          userID={userID}
          onClose={() => {
            // Its event comes late: it may have been opened again by then.
            if (open.value !== opening) return;
            open.value = 0;
            returnToComposer();
          }}
        />
      )}
    </>
  );
}

/** Whether keys are typed into a text there. */
const isTextField = (target: EventTarget | null): boolean =>
  isIn("input, textarea, dialog, [contenteditable]", target);

const isIn = (selector: string, target: EventTarget | null): boolean =>
  target instanceof Element && target.closest(selector) !== null;
