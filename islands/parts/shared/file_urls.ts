// Pictures of messages that this page has itself, and those that it can't show.
import { signal } from "@preact/signals";

/**
 * By the ID of a file: the address of a picture that was sent from here, which
 * is shown at once; "" for one that can't be shown, as it is broken.
 */
export const fileURLs = signal<ReadonlyMap<string, string>>(new Map());

export const noteFileURL = (id: string, url: string): void => {
  fileURLs.value = new Map(fileURLs.peek()).set(id, url);
};
