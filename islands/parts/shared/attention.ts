// Whether the reader looks at this page: it is visible, and its window is the one that they are at.

/** A window beside the one that its owner types in is visible, and not looked at. */
export const isLookedAt = (): boolean =>
  !document.hidden && document.hasFocus();

/** Calls back whenever the reader may have come or gone; returns the end of it. */
export function onAttention(callback: () => void): () => void {
  document.addEventListener("visibilitychange", callback);
  addEventListener("focus", callback);
  addEventListener("blur", callback);
  return () => {
    document.removeEventListener("visibilitychange", callback);
    removeEventListener("focus", callback);
    removeEventListener("blur", callback);
  };
}
