// What a key means in a box where Enter does something.

/** Enter alone. Not Shift+Enter, nor the Enter that picks a word of an input method (Safari tells by 229 alone). */
export const isEnter = (event: KeyboardEvent): boolean =>
  event.key === "Enter" && !event.shiftKey && !event.isComposing &&
  event.keyCode !== 229;
