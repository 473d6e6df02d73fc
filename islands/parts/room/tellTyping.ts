// Tells the others in a room that one is typing, and that one has stopped.

/** While one types the server is told again after so many milliseconds: it forgets within 10 s. */
const AGAIN = 4_000;
/** Who has not touched a key for so long is not typing any more, in milliseconds. */
const PAUSE = 6_000;

let told = { space: "", at: 0 };
let timer: ReturnType<typeof setTimeout> | undefined;

/** To be called with what stands in the box, whenever that changes by somebody's hand. */
export function tellTyping(space: string, text: string): void {
  clearTimeout(timer);
  if (text.trim() === "") return stopped(space);
  timer = setTimeout(() => stopped(space), PAUSE);
  if (told.space === space && Date.now() - told.at < AGAIN) return;
  told = { space, at: Date.now() };
  tell(space, true);
}

function stopped(space: string): void {
  clearTimeout(timer);
  if (told.space !== space) return;
  told = { space: "", at: 0 };
  tell(space, false);
}

function tell(space: string, typing: boolean): void {
  const where = new URLSearchParams({ space });
  // Nobody waits for this; where it does not arrive, nobody misses it.
  fetch(`/api/typing?${where}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ typing }),
    keepalive: true,
  }).catch(() => {});
}
