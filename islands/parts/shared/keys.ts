// What a key means in a box where Enter does something.

/** Whether it is an input method's, which picks or drops a word by it (Safari tells by 229 alone). */
export const isComposing = (event: KeyboardEvent): boolean =>
  event.isComposing || event.keyCode === 229;

/** Enter alone, not Shift+Enter. */
export const isEnter = ({ key, shiftKey }: KeyboardEvent): boolean =>
  key === "Enter" && !shiftKey;
