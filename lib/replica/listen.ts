// The poke stream: hears when a space has something new to pull.

/** The longest pause between two tries, in milliseconds. */
const LONGEST = 60_000;

/**
 * Listens for pokes of a space; returns the end of it. `onOpen`: connected, now
 * or again; what was poked before that has been missed. `onRefused`: the
 * server would not have us; it is asked again later, ever less often.
 */
export function listen(
  space: string,
  { onOpen, onPoke, onRefused }: {
    onOpen: () => void;
    onPoke: () => void;
    onRefused: () => void;
  },
): () => void {
  const where = new URLSearchParams({ space });
  let stream: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pause = 2_000;
  const open = () => {
    stream = new EventSource(`/api/replicache/poke?${where}`);
    stream.addEventListener("open", () => {
      pause = 2_000;
      onOpen();
    });
    stream.addEventListener("poke", onPoke);
    stream.addEventListener("gone", onRefused);
    // It comes back by itself after a broken connection, but never after an
    // answer other than 200.
    stream.addEventListener("error", () => {
      if (stream.readyState !== EventSource.CLOSED) return;
      // Spread, as whatever refused this one has refused many.
      timer = setTimeout(open, pause * (1 + Math.random()));
      pause = Math.min(pause * 2, LONGEST);
      onRefused();
    });
  };
  open();
  return () => {
    clearTimeout(timer);
    stream.close();
  };
}
