// How what several devices have written into one draft comes together.

/** The lines of one text in another, whole. */
const has = (text: string, part: string): boolean =>
  `\n${text}\n`.includes(`\n${part}\n`);

/**
 * A draft once a device that knew it as `was` has made `content` of it. What
 * another device has written meanwhile stays; a part that was `was` becomes
 * `content`, or goes with it. Done twice it ends the same.
 */
export function draftAfter(
  draft: string,
  was: string,
  content: string,
): string {
  if (content === was) return draft;
  if (draft === was || draft === "") return content;
  const there = content === "" || has(draft, content);
  // It can be there already although `was` is, too: as the rest of `content`.
  if (was !== "" && has(draft, was) && !(there && has(content, was))) {
    const part = content === "" ? "\n" : `\n${content}\n`;
    return `\n${draft}\n`.replace(`\n${was}\n`, () => part).slice(1, -1);
  }
  return there ? draft : `${draft}\n${content}`;
}
