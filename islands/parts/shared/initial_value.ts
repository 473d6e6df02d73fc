// Lets the server fill in a field that the browser then leaves to its reader.

/**
 * The attributes of a field that comes with a text: as `value` in the HTML. In
 * the browser `value` would put the text back over what was typed by then.
 */
export const initialValue = (text: string) =>
  globalThis.document ? { defaultValue: text } : { value: text };

/** The same for what is chosen or not. */
export const initiallyChecked = (checked: boolean) =>
  globalThis.document ? { defaultChecked: checked } : { checked };
