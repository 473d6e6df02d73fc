// Where the focus goes so that a person can go on writing.

/** Whether fingers are what one points with: a focused box would bring up their keyboard. */
export const isTouch = (): boolean => matchMedia("(pointer: coarse)").matches;

/** Has the room's writer go on in the composer. */
export const focusComposer = (): void =>
  document.querySelector<HTMLElement>(".composer textarea")
    ?.focus({ preventScroll: true }); // it is always in sight, but for part of it in a low window

/** The same after something that was no writing: forced on nobody's screen keyboard. */
export const returnToComposer = (): void => {
  if (!isTouch()) focusComposer();
};
