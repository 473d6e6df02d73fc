// The first touch of the page, and what is loaded with it.
import { type Signal, signal } from "@preact/signals";

/** A page that nobody touches is complete, too, after so many milliseconds: the network may go. */
const UNTOUCHED = 10_000;

const TOUCHES = ["pointermove", "pointerdown", "keydown", "focusin", "wheel"];

/** Calls back with the first touch; `again` says that it is to be called with the next one, too. */
export function onTouch(callback: (again: () => void) => void): () => void {
  const timer = setTimeout(() => now(), UNTOUCHED);
  const stop = () => {
    clearTimeout(timer);
    for (const touch of TOUCHES) removeEventListener(touch, now);
  };
  const start = () => {
    for (const touch of TOUCHES) addEventListener(touch, now);
  };
  const now = () => {
    stop();
    callback(start);
  };
  start();
  return stop;
}

type Extras = typeof import("./lazy_parts.ts");

/** Undefined until the first touch has loaded them. Set in browsers only. */
export const extras: Signal<Extras | undefined> = signal();

export const loadExtras = async (): Promise<Extras> =>
  extras.value ??= await import("./lazy_parts.ts");
