// The way to the search: a button and its keys. What searches is loaded on use.
import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { everyPageStrings as words } from "../../../lib/chat/strings/every_page.ts";

type Dialog = ComponentType<{ userID: string; onClose: () => void }>;

export function SearchButton({ userID }: { userID: string }) {
  const Dialog = useSignal<Dialog | undefined>(undefined);
  const open = useSignal(false);
  const failed = useSignal(false);

  async function start() {
    open.value = true;
    failed.value = false;
    try {
      const loaded = await import("./SearchDialog.tsx");
      Dialog.value = loaded.SearchDialog;
    } catch (error) {
      // Its script may be gone: a new build replaces the old one's.
      console.error(error);
      open.value = false;
      failed.value = true;
    }
  }

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const isChord = (event.ctrlKey || event.metaKey) && event.key === "k";
      const isSlash = event.key === "/" && !isWriting(event.target);
      if (!isChord && !isSlash || event.defaultPrevented) return;
      event.preventDefault();
      start();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);

  return (
    <>
      <button
        type="button"
        class="quiet to-search"
        aria-keyshortcuts="Control+K Meta+K /"
        title={words.searchKeys}
        onClick={start}
      >
        <span>{words.search}</span>
      </button>
      {failed.value && (
        <p class="device refusal" role="alert">{words.searchFailed}</p>
      )}
      {open.value && Dialog.value && (
        <Dialog.value
          userID={userID}
          onClose={() => open.value = false}
        />
      )}
    </>
  );
}

/** Whether a key typed there is a letter of a text. */
const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.closest("input, textarea, dialog") !== null);
