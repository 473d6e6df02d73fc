// All emoji there are, by group or as searched for: loaded on use, as their names are many.
import "../shared/common.ts";
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import emojibase from "emojibase-data/en/compact.json" with { type: "json" };
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";

const words = roomOnUseStrings.allEmoji;

type Emoji = {
  unicode: string;
  label: string;
  tags?: string[];
  group?: number;
};

/** Skin tones and hair, which are parts of others. */
const COMPONENTS = 2;
const ALL = (emojibase as Emoji[]).filter(({ group }) =>
  group !== undefined && group !== COMPONENTS
);

export function EmojiGrid({ onPick }: { onPick: (emoji: string) => void }) {
  const box = useRef<HTMLInputElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const search = useSignal("");
  const found = useMemo(() => find(search.value), [search.value]);
  const groups = Map.groupBy(found, ({ group }) => group!);

  useEffect(() => box.current?.focus(), []);

  /** The arrows go over the grid as it is laid out, and back up to the box. */
  function onKeyDown(event: KeyboardEvent) {
    if (event.isComposing) return event.stopPropagation();
    const all = [...grid.current!.querySelectorAll("button")];
    const here = all.indexOf(event.target as HTMLButtonElement);
    const { key } = event;
    if (here < 0) {
      if (key === "ArrowDown") all[0]?.focus();
      else if (key.startsWith("Arrow")) return event.stopPropagation();
      else return;
    } else if (key === "ArrowRight") all[here + 1]?.focus();
    else if (key === "ArrowLeft") all[Math.max(0, here - 1)].focus();
    else if (key === "ArrowDown") nearest(all, here, 1)?.focus();
    else if (key === "ArrowUp") {
      (nearest(all, here, -1) ?? box.current)?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <div class="all-emoji" onKeyDown={onKeyDown}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          grid.current!.querySelector("button")?.click();
        }}
      >
        <input
          ref={box}
          type="search"
          aria-label={words.search}
          placeholder={words.search}
          autocomplete="off"
          value={search.value}
          onInput={(event) => search.value = event.currentTarget.value}
        />
      </form>
      <p class="hidden" role="status">
        {search.value && words.found(found.length)}
      </p>
      <div ref={grid} class="groups">
        {found.length === 0 && <p class="hint">{words.found(0)}</p>}
        {[...groups].map(([group, emoji]) => (
          <section key={group} aria-label={words.groups[group]}>
            <h3 aria-hidden="true">{words.groups[group]}</h3>
            <div class="emoji">
              {emoji.map(({ unicode, label }) => (
                <button
                  key={unicode}
                  type="button"
                  tabIndex={unicode === found[0].unicode ? 0 : -1}
                  title={label}
                  aria-label={label}
                  onClick={() => onPick(unicode)}
                >
                  {unicode}
                </button>
              ))}
            </div>
          </section>
        ))}
      </div>
    </div>
  );
}

/** Those of which some word begins with each word that is searched for. */
function find(search: string): Emoji[] {
  const terms = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (terms.length === 0) return ALL;
  return ALL.filter(({ label, tags = [] }) => {
    const known = [label, ...tags].join(" ").toLowerCase().split(/[\s-]+/);
    return terms.every((term) => known.some((word) => word.startsWith(term)));
  });
}

/** The one above or below: in the next row, closest to the column. */
function nearest(
  all: HTMLElement[],
  here: number,
  step: 1 | -1,
): HTMLElement | undefined {
  const { top, left } = all[here].getBoundingClientRect();
  let best: HTMLElement | undefined;
  let row: number | undefined;
  for (let i = here + step; all[i]; i += step) {
    const there = all[i].getBoundingClientRect();
    if (there.top === top) continue;
    row ??= there.top;
    if (there.top !== row) break;
    const off = (each: HTMLElement) =>
      Math.abs(each.getBoundingClientRect().left - left);
    if (!best || off(all[i]) < off(best)) best = all[i];
  }
  return best;
}
