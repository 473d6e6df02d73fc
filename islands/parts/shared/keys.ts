// Keys as a text box means them.
import { isTouch } from "./writing_focus.ts";

/** Whether an input method handles the key, to pick or drop a word (Safari tells by 229 alone). */
export const isComposing = (event: KeyboardEvent): boolean =>
  event.isComposing || event.keyCode === 229;

/** Whether the key sends: Enter alone. Fingers have a button for it, and no Shift to break a line with. */
export const isSendKey = ({ key, shiftKey }: KeyboardEvent): boolean =>
  key === "Enter" && !shiftKey && !isTouch();
