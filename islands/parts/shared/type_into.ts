// Puts a text into a text box as if it were typed.

/** Replaces what stands between two places of a box, in UTF-16 units: by the browser, which can undo it, and which tells of it by an `input` event. */
export function typeInto(
  box: HTMLTextAreaElement,
  text: string,
  from = box.selectionStart,
  to = box.selectionEnd,
): void {
  box.focus();
  box.setSelectionRange(from, to);
  // Deprecated, and the only way into a browser's undo.
  if (document.execCommand("insertText", false, text)) return;
  box.setRangeText(text, from, to, "end");
  box.dispatchEvent(new InputEvent("input", { bubbles: true }));
}
