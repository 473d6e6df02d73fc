// Keys as a text box means them.

/** Whether an input method handles the key, to pick or drop a word (Safari tells by 229 alone). */
export const isComposing = (event: KeyboardEvent): boolean =>
  event.isComposing || event.keyCode === 229;

/** Enter alone, not Shift+Enter. */
export const isEnter = ({ key, shiftKey }: KeyboardEvent): boolean =>
  key === "Enter" && !shiftKey;
