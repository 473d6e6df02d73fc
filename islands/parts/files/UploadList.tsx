// Messages with files that are on their way, behind all others: how far they are, and what became of those that were refused.
import { useEffect, useRef, useState } from "preact/hooks";
import type { RichNode } from "../../../lib/chat/rich_text.ts";
import { roomStrings } from "../../../lib/chat/strings/room.ts";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import type { User } from "../../../lib/chat/views.ts";
import { RichText } from "../message/RichText.tsx";
import { Avatar } from "../shared/Avatar.tsx";
import { displaySize } from "../shared/picture_size.ts";
import { useFilesHere } from "./file_here.ts";
import type { UnsentFile, UnsentMessage } from "./upload_store.ts";
import {
  cancelUpload,
  retryUpload,
  unsentMessages,
  uploadedBytes,
} from "./uploads.ts";
import { useObjectURL } from "./useObjectURL.ts";

const words = roomOnUseStrings.files;
const { failed } = roomOnUseStrings;

type UploadListProps = {
  roomID: string;
  user: User;
  richTextOf: (content: string) => readonly RichNode[];
  /** Shows an error in words. */
  showNotice: (what: unknown) => void;
};

export function UploadList({ roomID, ...props }: UploadListProps) {
  useFilesHere();
  return (
    <>
      {unsentMessages.value
        .filter((each) => each.roomID === roomID && each.state !== "sent")
        .map((message) => (
          <Upload key={message.id} message={message} {...props} />
        ))}
    </>
  );
}

type UploadProps = Omit<UploadListProps, "roomID"> & { message: UnsentMessage };

function Upload({ message, user, richTextOf, showNotice }: UploadProps) {
  const { id, content, files, state, reason } = message;
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const bytes = uploadedBytes.value.get(id);
  const isRefused = state === "refused";
  const article = useRef<HTMLElement>(null);
  // An alert is read when its text comes, not when it is there with it.
  const [alert, setAlert] = useState("");
  useEffect(() => setAlert(reason ?? ""), [reason]);
  useEffect(() => {
    const { current } = article;
    const log = current?.closest<HTMLElement>("[role=log]");
    // Who sends something wants to see it.
    log?.scrollTo({ top: 0, behavior: "instant" });
    // Its buttons go with it: the focus stays in the log.
    return () => current?.contains(document.activeElement) && log?.focus();
  }, []);
  const cancel = () => cancelUpload(id).catch(showNotice);
  return (
    <article
      ref={article}
      class={`message own ${isRefused ? "failed" : "uploading"}`}
      data-message-id={id}
      data-state={isRefused ? "failed" : "pending"}
      tabIndex={-1}
    >
      <Avatar id={user.userID} {...user} />
      <header>
        <span class="author" dir="auto">{user.name}</span>{" "}
        {isRefused && <span class="state">{failed.state}</span>}
      </header>
      <div class="said">
        {content !== "" && <RichText nodes={richTextOf(content)} />}
        <ul class="files">
          {files.map((file, i) => (
            <li key={i}>
              <UnsentFileView file={file} mayBeSaved={isRefused} />
            </li>
          ))}
        </ul>
        {isRefused
          ? (
            <>
              <p class="refusal" role="alert">
                {alert && failed.why.message(alert)}
              </p>
              <div class="row">
                <button
                  type="button"
                  onClick={() => retryUpload(id).catch(showNotice)}
                >
                  {failed.retry}
                </button>
                <button type="button" class="quiet" onClick={cancel}>
                  {failed.discard}
                </button>
              </div>
            </>
          )
          : (
            <div class="row">
              <progress
                aria-label={words.progress}
                max={Math.max(1, size)}
                value={bytes ?? 0}
              />
              <span class="hint">
                {bytes === undefined ? words.waiting : words.uploading(
                  Math.floor(100 * bytes / Math.max(1, size)),
                )}
              </span>
              <button type="button" class="quiet" onClick={cancel}>
                {words.cancel}
              </button>
            </div>
          )}
      </div>
    </article>
  );
}

type UnsentFileProps = { file: UnsentFile; mayBeSaved: boolean };

function UnsentFileView({ file, mayBeSaved }: UnsentFileProps) {
  const { name, size, width, height, alt, thumbnail, content } = file;
  const picture = useObjectURL(thumbnail);
  const url = useObjectURL(mayBeSaved ? content : undefined);
  return (
    <>
      {picture && width && height
        ? (
          <img
            class="picture"
            src={picture}
            alt={alt ?? name}
            {...displaySize({ width, height })}
          />
        )
        : (
          <span class="file">
            <bdi>{name}</bdi> <small>{roomStrings.size(size)}</small>
          </span>
        )}
      {url && (
        <a class="button quiet" href={url} download={name}>
          {words.save} <bdi class="hidden">{name}</bdi>
        </a>
      )}
    </>
  );
}
