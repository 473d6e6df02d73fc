// Merges what several devices of one person have written into the same draft.

/** Whether the lines of one text stand in another, as whole lines. */
const has = (text: string, part: string): boolean =>
  `\n${text}\n`.includes(`\n${part}\n`);

/**
 * The draft after a device that knew it as `was` has changed it to `content`.
 * What another device has written meanwhile stays; the part that is `was`
 * becomes `content`, unless that is there already. Done twice it ends the same,
 * as long as no line is there twice.
 */
export function mergeDrafts(
  draft: string,
  was: string,
  content: string,
): string {
  if (content === was) return draft;
  if (draft === was || draft === "") return content;
  if (content !== "" && has(draft, content)) return draft;
  const after = was !== "" && has(draft, was)
    ? replaced(draft, was, content)
    : content === ""
    ? draft
    : `${draft}\n${content}`;
  // Done again, that would be taken for what the writer knew.
  return after === was ? content : after;
}

/** `part`, whole lines of a text, with `content` in its place. */
function replaced(text: string, part: string, content: string): string {
  const lines = content === "" ? "\n" : `\n${content}\n`;
  return `\n${text}\n`.replace(`\n${part}\n`, () => lines).slice(1, -1);
}
