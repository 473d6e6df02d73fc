// All emoji, by group or by a search. Loaded on use, as the list of them is large.
import "../shared/shared_chunk.ts";
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import { findEmoji } from "./emoji_search.ts";

const words = roomOnUseStrings.allEmoji;

export function EmojiGrid({ onPick }: { onPick: (emoji: string) => void }) {
  const box = useRef<HTMLInputElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const search = useSignal("");
  const found = useMemo(() => findEmoji(search.value), [search.value]);
  // What is found stands in the order of how well it fits.
  const groups = search.value.trim()
    ? [[undefined, found] as const]
    : [...Map.groupBy(found, ({ group }) => group)];

  useEffect(() => box.current?.focus(), []);

  /** The arrow keys move over the grid as it is laid out, and back up to the search box. */
  function onKeyDown(event: KeyboardEvent) {
    if (event.isComposing) return event.stopPropagation();
    const all = [...grid.current!.querySelectorAll("button")];
    const index = all.indexOf(event.target as HTMLButtonElement);
    const { key } = event;
    if (index < 0) {
      if (key === "ArrowDown") all[0]?.focus();
      else if (key === "Enter") all[0]?.click();
      else if (key.startsWith("Arrow")) return event.stopPropagation();
      else return;
    } else if (key === "ArrowRight") all[index + 1]?.focus();
    else if (key === "ArrowLeft") all[Math.max(0, index - 1)].focus();
    else if (key === "ArrowDown") verticalNeighbour(all, index, 1)?.focus();
    else if (key === "ArrowUp") {
      (verticalNeighbour(all, index, -1) ?? box.current)?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <div class="all-emoji" onKeyDown={onKeyDown}>
      <input
        ref={box}
        type="search"
        aria-label={words.search}
        placeholder={words.search}
        autocomplete="off"
        value={search.value}
        onInput={(event) => search.value = event.currentTarget.value}
      />
      <p class="hidden" role="status">
        {search.value && words.found(found.length)}
      </p>
      <div ref={grid} class="groups">
        {found.length === 0 && <p class="hint">{words.found(0)}</p>}
        {groups.map(([group, emoji]) => (
          <section
            key={group}
            aria-label={group === undefined ? undefined : words.groups[group]}
          >
            {group !== undefined && (
              <h3 aria-hidden="true">{words.groups[group]}</h3>
            )}
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

/** The button below (1) or above (-1): in the next row, closest to the same column. */
function verticalNeighbour(
  all: HTMLElement[],
  index: number,
  step: 1 | -1,
): HTMLElement | undefined {
  const { top, left } = all[index].getBoundingClientRect();
  const distance = (each: HTMLElement) =>
    Math.abs(each.getBoundingClientRect().left - left);
  let closest: HTMLElement | undefined;
  let nextRow: number | undefined;
  for (let i = index + step; all[i]; i += step) {
    const rect = all[i].getBoundingClientRect();
    if (rect.top === top) continue;
    nextRow ??= rect.top;
    if (rect.top !== nextRow) break;
    if (!closest || distance(all[i]) < distance(closest)) closest = all[i];
  }
  return closest;
}
