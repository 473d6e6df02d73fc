// The files of messages that are on their way, out of what is on this device: the server gives out none that no message has.
import { useEffect } from "preact/hooks";
import { unsentMessages } from "./uploads.ts";
import type { UnsentFile } from "./upload_store.ts";

/** For which the address of what is saved stays, in milliseconds: nothing tells when the browser has it. */
const TIME_TO_SAVE = 60_000;

/** The file that a link in the log stands for, if it is here and its message is not confirmed. */
export function fileHere(link: HTMLAnchorElement): UnsentFile | undefined {
  const article = link.closest<HTMLElement>("article[data-state=pending]");
  const fileID = link.pathname.split("/").at(-1);
  return unsentMessages.peek()
    .find(({ id }) => id === article?.dataset.messageId)
    ?.files.find(({ id }) => id === fileID);
}

/** Has such a link save the file from here. Pictures are shown instead (PictureViewer.tsx). */
export function useFilesHere(): void {
  useEffect(() => {
    const onClick = (event: MouseEvent) => {
      const link = (event.target as Element)
        .closest<HTMLAnchorElement>(".log a.file");
      if (!link) return;
      link.download = ""; // one that is nowhere any more does not replace the page
      const file = fileHere(link);
      if (!file) return;
      event.preventDefault();
      const saving = document.createElement("a");
      saving.href = URL.createObjectURL(file.content);
      saving.download = file.name;
      saving.click();
      setTimeout(() => URL.revokeObjectURL(saving.href), TIME_TO_SAVE);
    };
    document.addEventListener("click", onClick);
    return () => document.removeEventListener("click", onClick);
  }, []);
}
