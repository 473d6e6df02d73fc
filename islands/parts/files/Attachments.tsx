// Files beside what is being written: chosen, pasted or dropped anywhere on the page, shown, described and taken back.
import { useEffect, useRef } from "preact/hooks";
import { batch, type Signal } from "@preact/signals";
import { MAX_ALT } from "../../../lib/chat/lengths.ts";
import { roomStrings } from "../../../lib/chat/strings/room.ts";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import { displaySize } from "../shared/picture_size.ts";
import type { Attached, Scope } from "../shared/unsent_text.ts";
import { focusComposer } from "../shared/writing_focus.ts";
import {
  attach,
  type AttachedFile,
  AttachedFiles,
  restoreAttached,
} from "./attached_files.ts";
import { useObjectURL } from "./useObjectURL.ts";

const words = roomOnUseStrings.files;

declare global {
  interface Window {
    /** Files that were dropped or pasted, by the path of the page then: see `static/theme.js`, without which it is undefined. */
    givenFiles?: { [path: string]: File[] };
  }
}

type AttachmentsProps = {
  roomID: string;
  draft: { scope: Scope; attached: Signal<Attached | undefined> };
  mayWrite: boolean;
  showNotice: (text: string) => void;
};

export function Attachments(props: AttachmentsProps) {
  const { roomID, draft, mayWrite, showNotice } = props;
  const chooser = useRef<HTMLInputElement>(null);
  const own = draft.attached.value;
  const add = (files: Iterable<File>) => {
    if (!mayWrite) return showNotice(words.notMember);
    attach(roomID, draft, [...files], showNotice);
    focusComposer();
  };
  const latest = useRef(add);
  latest.current = add;
  useEffect(() => takeFiles(roomID, (files) => latest.current(files)), []);
  useEffect(() => {
    restoreAttached(roomID, draft).catch(console.warn); // where the disk fails
  }, []);
  return (
    <>
      {own instanceof AttachedFiles && (
        <ul class="attached" aria-label={words.attached}>
          {own.files.value.map((file) => (
            <Attachment
              key={file.id}
              file={file}
              describe={(alt) => own.describe(file, alt)}
              remove={() => {
                own.remove(file);
                focusComposer();
              }}
            />
          ))}
        </ul>
      )}
      <button
        type="button"
        class="icon attach"
        title={words.attach}
        disabled={!mayWrite}
        onClick={() => chooser.current!.click()}
      >
        {words.attach}
      </button>
      <input
        ref={chooser}
        type="file"
        multiple
        hidden
        onChange={({ currentTarget }) => {
          add(currentTarget.files!);
          currentTarget.value = ""; // the same one again is a choice as well
        }}
      />
    </>
  );
}

/**
 * Calls back with files that were given to the room, from before it was alive,
 * too. Returns the end of it.
 */
function takeFiles(
  roomID: string,
  onFiles: (files: readonly File[]) => void,
): () => void {
  const take = () => {
    const path = `/rooms/${roomID}`;
    const files = self.givenFiles?.[path];
    if (!files) return;
    delete self.givenFiles![path];
    batch(() => onFiles(files)); // all go with a text that waits for them
  };
  take();
  addEventListener("files", take);
  return () => removeEventListener("files", take);
}

type AttachmentProps = {
  file: AttachedFile;
  describe: (alt: string) => void;
  remove: () => void;
};

function Attachment({ file, describe, remove }: AttachmentProps) {
  const { name, prepared, alt } = file;
  const { thumbnail, size, width, height } = prepared.value ?? {};
  const url = useObjectURL(thumbnail);
  return (
    <li>
      {url && width && height && (
        <img src={url} alt="" {...displaySize({ width, height })} />
      )}
      <span class="what">
        <bdi>{name}</bdi>{" "}
        {size !== undefined && <small>{roomStrings.size(size)}</small>}
        {width && (
          <input
            type="text"
            dir="auto"
            aria-label={`${words.alt}: ${name}`}
            placeholder={words.alt}
            maxLength={MAX_ALT}
            value={alt.value}
            onInput={({ currentTarget }) => describe(currentTarget.value)}
          />
        )}
      </span>
      <button
        type="button"
        class="quiet icon remove"
        title={words.remove(name)}
        onClick={remove}
      >
        {words.remove(name)}
      </button>
    </li>
  );
}
