// Loads the parts of a room that are needed only from the first interaction on. The room alone reads them, and hands them down.
import { type Signal, signal } from "@preact/signals";
import { loadScript } from "../../../lib/replica/load_script.ts";

/** Without any interaction they are loaded after so many milliseconds, as the network may go. */
const LOAD_ANYWAY_AFTER = 10_000;

const INTERACTIONS = [
  "pointermove",
  "pointerdown",
  "keydown",
  "input",
  "focusin",
  "wheel",
  "dragenter",
];

/** Calls back at the first interaction with the page, and at the next one after each `retry`. */
export function onFirstInteraction(
  callback: (retry: () => void) => void,
): () => void {
  const timer = setTimeout(() => react(), LOAD_ANYWAY_AFTER);
  const stop = () => {
    clearTimeout(timer);
    for (const type of INTERACTIONS) removeEventListener(type, react);
  };
  const start = () => {
    for (const type of INTERACTIONS) addEventListener(type, react);
  };
  const react = () => {
    stop();
    callback(start);
  };
  start();
  return stop;
}

type LazyParts = typeof import("./lazy_parts.ts");

/** Undefined until they are loaded. Written in browsers only: on the server it is everybody's. */
export const lazyParts: Signal<LazyParts | undefined> = signal();

/** Throws where they cannot be loaded now. */
export const loadLazyParts = async (): Promise<LazyParts> =>
  lazyParts.value ??= await loadScript(() => import("./lazy_parts.ts"));
