// Shows the pictures of the log one by one, as large as the window. Also sees which of them can't be shown.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import { Dialog } from "../shared/Dialog.tsx";
import { fileURLs, noteFileURL } from "../shared/file_urls.ts";
import { fileHere } from "./file_here.ts";
import type { UnsentFile } from "./upload_store.ts";
import { useObjectURL } from "./useObjectURL.ts";

const words = roomOnUseStrings.files;

/** `href` is where all of it is, `here` what is here of one that is on its way. */
type Picture = { href: string; alt: string; here?: UnsentFile };

const PICTURES = ".log a.picture";

/** Any dialog but the viewer. */
const OTHER_DIALOG = "dialog:not(:has(> .viewer))";

/** Those of the log, in its order. */
const picturesIn = (): HTMLAnchorElement[] => [
  ...document.querySelectorAll<HTMLAnchorElement>(PICTURES),
];

function pictureOf(link: HTMLAnchorElement): Picture {
  const { alt } = link.querySelector("img")!;
  return { href: link.href, alt, here: fileHere(link) };
}

export function PictureViewer({ connected }: { connected: boolean }) {
  useBrokenPictures(connected);
  const pictures = useSignal<Picture[]>([]);
  const index = useSignal(0);
  useEffect(() => {
    const onClick = (event: MouseEvent) => {
      const link = (event.target as Element)
        .closest<HTMLAnchorElement>(PICTURES);
      const isElsewhere = event.ctrlKey || event.metaKey || event.shiftKey;
      if (!link || isElsewhere) return;
      event.preventDefault();
      const links = picturesIn();
      pictures.value = links.map(pictureOf);
      index.value = links.indexOf(link);
    };
    document.addEventListener("click", onClick);
    return () => document.removeEventListener("click", onClick);
  }, []);

  const move = (by: number) => {
    const last = pictures.value.length - 1;
    index.value = Math.max(0, Math.min(last, index.value + by));
  };
  const { length } = pictures.value;
  // Of the window: a click on what takes no focus leaves it to the page below.
  useEffect(() => {
    if (length === 0) return;
    const onKeyDown = (event: KeyboardEvent) => {
      const { key, altKey, ctrlKey, metaKey, target } = event;
      const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
      if (!step || altKey || ctrlKey || metaKey) return;
      if (!(target as Element).closest(OTHER_DIALOG)) move(step);
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [length]);

  const picture = pictures.value[index.value];
  const url = useObjectURL(picture?.here?.content);
  if (!picture) return null;
  const { href, alt, here } = picture;
  // A button that is disabled would lose the focus.
  return (
    <Dialog
      title={words.viewer(index.value + 1, length)}
      onClose={() => pictures.value = []}
    >
      <div class="viewer">
        <img src={here ? url : href} alt={alt} />
        <form method="dialog" class="row">
          <button
            type="button"
            class="quiet"
            aria-disabled={index.value === 0}
            onClick={() => move(-1)}
          >
            {words.previous}
          </button>
          <button
            type="button"
            class="quiet"
            aria-disabled={index.value === length - 1}
            onClick={() => move(1)}
          >
            {words.next}
          </button>
          <a
            class="button quiet"
            href={here ? url : href}
            download={here?.name ?? true}
          >
            {words.download}
          </a>
          <button type="submit" autofocus>{words.close}</button>
        </form>
      </div>
    </Dialog>
  );
}

/** Has those that can't be shown stand as files: until there is a network again, as it may have been for that. */
function useBrokenPictures(connected: boolean): void {
  useEffect(() => {
    const note = (image: Element | EventTarget | null) => {
      const link = (image as Element).closest<HTMLAnchorElement>(PICTURES);
      if (link) noteFileURL(link.href.split("/").at(-1)!, "");
    };
    const onError = ({ target }: Event) => note(target);
    document.addEventListener("error", onError, true);
    // Those that failed before this script was here.
    for (const link of picturesIn()) {
      const { complete, naturalWidth, currentSrc } = link.querySelector("img")!;
      if (complete && naturalWidth === 0 && currentSrc) note(link);
    }
    return () => document.removeEventListener("error", onError, true);
  }, []);
  useEffect(() => {
    if (!connected) return;
    const shown = [...fileURLs.peek()].filter(([, url]) => url !== "");
    if (shown.length < fileURLs.peek().size) fileURLs.value = new Map(shown);
  }, [connected]);
}
