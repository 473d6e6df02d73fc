// Whether a text has a visible character, and how a message is trimmed: apart from the schema,
// so that text boxes can use it without loading that.

// Control and format characters, spaces, marks without a letter and fillers: a
// text of these alone shows nothing.
const VISIBLE = /[^\p{Cc}\p{Cf}\p{Z}\p{M}\u115f\u1160\u2800\u3164\uffa0]/u;

/** Whether a text has a character that can be seen. */
export const isVisible = (text: string): boolean => VISIBLE.test(text);

/**
 * A message without the blank lines around it and the white space at its end.
 * What stands before its first word stays: it may be the indentation of code.
 */
export const trimContent = (text: string): string =>
  text.replace(/^\s*[\n\r]/, "").trimEnd();
