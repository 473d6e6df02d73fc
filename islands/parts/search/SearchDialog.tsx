// The search: a box, and below it the messages that were found, all by keyboard.
import "../shared/shared_chunk.ts";
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { deviceStrings } from "../../../lib/chat/strings/device.ts";
import type { ExcerptPiece } from "../../../lib/chat/text_search.ts";
import { isComposing } from "../shared/keys.ts";
import { elementIDOf } from "../shared/message_link.ts";
import { type Found, openSearch, type Search } from "./search_index.ts";

const words = deviceStrings.search;

/** In UTF-16 units. Each word of a query is looked for in each message. */
const MAX_QUERY = 200;

type SearchDialogProps = { userID: string; onClose: () => void };

export function SearchDialog({ userID, onClose }: SearchDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const text = useSignal("");
  const search = useSignal<Search | undefined>(undefined);
  const failed = useSignal(false);

  useEffect(() => {
    dialog.current?.showModal();
    openSearch(userID).then(
      (opened) => search.value = opened,
      (error) => {
        failed.value = true;
        console.error(error);
      },
    );
  }, []);

  const found = useMemo(() => search.value?.(text.value), [
    search.value,
    text.value,
  ]);
  const status = failed.value
    ? words.failed
    : found
    ? words.found(found.count, found.best.length)
    : words.hint;

  /** The arrows move through the results, and back to the box. */
  function onKeyDown(event: KeyboardEvent) {
    if (isComposing(event)) return;
    // In a search box the browser's own Escape only empties it.
    if (event.key === "Escape") dialog.current?.close();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const stops = [
      ...dialog.current!.querySelectorAll<HTMLElement>("input, li a"),
    ];
    const at = stops.indexOf(document.activeElement as HTMLElement) + step;
    stops[Math.max(0, Math.min(at, stops.length - 1))].focus();
  }

  return (
    <dialog
      ref={dialog}
      class="search"
      aria-label={words.title}
      onClose={onClose}
      onKeyDown={onKeyDown}
      // A click outside of it.
      onClick={(event) =>
        event.target === dialog.current && dialog.current?.close()}
    >
      <form
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          dialog.current?.querySelector<HTMLElement>("li a")?.click();
        }}
      >
        <input
          type="search"
          aria-label={words.box}
          placeholder={words.placeholder}
          autocomplete="off"
          enterkeyhint="search"
          dir="auto"
          maxLength={MAX_QUERY}
          autofocus
          onInput={(event) => text.value = event.currentTarget.value}
        />
        <button
          type="button"
          class="quiet"
          onClick={() => dialog.current?.close()}
        >
          {words.close}
        </button>
      </form>
      <p class="hint" role="status">{status}</p>
      <ul>
        {found?.best.map((each) => (
          <li key={each.id}>
            <Result found={each} onFollow={() => dialog.current?.close()} />
          </li>
        ))}
      </ul>
    </dialog>
  );
}

type ResultProps = { found: Found; onFollow: () => void };

function Result({ found, onFollow }: ResultProps) {
  const { id, roomID, room, from, content, createdAt } = found;
  const time = new Date(createdAt);
  return (
    <a href={`/rooms/${roomID}#${elementIDOf(id)}`} onClick={onFollow}>
      <span class="where">
        <strong dir="auto">
          <Excerpt pieces={from} />
        </strong>{" "}
        <span dir="auto">{room}</span>{" "}
        <time dateTime={time.toISOString()}>
          {time.toLocaleString(undefined, {
            dateStyle: "medium",
            timeStyle: "short",
          })}
        </time>
      </span>
      <span class="text" dir="auto">
        <Excerpt pieces={content} />
      </span>
    </a>
  );
}

function Excerpt({ pieces }: { pieces: readonly ExcerptPiece[] }) {
  return (
    <>
      {pieces.map(({ text, marked }, i) =>
        marked ? <mark key={i}>{text}</mark> : text
      )}
    </>
  );
}
