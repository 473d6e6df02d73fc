// Whether somebody is about to mention a person: apart from mentions.ts, as only who types needs it.

/** What stands between the caret and the "@" before it, if a name is being written there. */
export function mentionPrefix(
  text: string,
  caret: number,
): { from: number; start: string } | undefined {
  const before = text.slice(0, caret);
  const match = before.match(/(?<![\p{L}\p{N}_])@([^\n@]{0,40})$/u);
  return match ? { from: caret - match[1].length, start: match[1] } : undefined;
}
