// The poke stream: one per page, whatever the number of spaces that the page listens to.

/** The first and the longest pause before the server is asked again, in milliseconds. */
const SHORTEST = 2_000;
const LONGEST = 60_000;

/** A page's parts come alive one after the other: one stream for all that do so within this. */
const GATHER = 50; // ms

/**
 * A stream that was silent for so long, in milliseconds, is dead, though the
 * browser takes it for open (a router has forgotten it): the server beats every
 * 15 s.
 */
const SILENCE = 45_000;

type Listener = {
  /** Connected, now or again; what was poked before that has been missed. */
  onOpen?: () => void;
  onPoke?: () => void;
  /** Somebody in the space does something just now, or not any more. */
  onPresence?: (news: { userID: string; typing: boolean }) => void;
  /** The server would not have us; it is asked again later, ever less often. */
  onRefused?: () => void;
};

const listeners = new Map<string, Set<Listener>>();
let stream: EventSource | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let silence: ReturnType<typeof setTimeout> | undefined;
/** Before the next try, after the server refused the stream; or one of its spaces. */
let pause = SHORTEST;
let pauseOfGone = SHORTEST;

/** Listens for pokes of a space; returns the end of it. */
export function listen(space: string, listener: Listener): () => void {
  const known = listeners.get(space);
  if (known) {
    known.add(listener);
    if (stream?.readyState === EventSource.OPEN) listener.onOpen?.();
  } else {
    listeners.set(space, new Set([listener]));
    pauseOfGone = SHORTEST;
    openIn(GATHER);
  }
  return () => {
    const those = listeners.get(space);
    if (!those?.delete(listener) || those.size > 0) return;
    listeners.delete(space);
    openIn(GATHER);
  };
}

function openIn(milliseconds: number): void {
  clearTimeout(timer);
  timer = setTimeout(open, milliseconds);
}

/**
 * Opens a stream for all that is listened to now. The server begins it with a
 * poke of each space, so that what happens meanwhile is missed by nobody.
 */
function open(): void {
  clearTimeout(silence);
  stream?.close();
  stream = undefined;
  const spaces = [...listeners.keys()].sort();
  if (spaces.length === 0) return;
  const where = new URLSearchParams(spaces.map((space) => ["space", space]));
  const opened = new EventSource(`/api/replicache/poke?${where}`);
  stream = opened;
  const alive = () => {
    clearTimeout(silence);
    silence = setTimeout(open, SILENCE);
  };
  opened.addEventListener("beat", alive);
  opened.addEventListener("open", () => {
    pause = SHORTEST;
    alive();
    for (const space of spaces) tell(space, "onOpen");
  });
  opened.addEventListener("poke", (event) => {
    tell(spaceOf(event), "onPoke");
  });
  opened.addEventListener("presence", (event) => {
    const { space, ...news } = JSON.parse(event.data);
    for (const { onPresence } of [...listeners.get(space) ?? []]) {
      onPresence?.(news);
    }
  });
  // The others live on in the stream; this one is asked for again with all.
  opened.addEventListener("gone", (event) => {
    tell(spaceOf(event), "onRefused");
    openIn(spread(pauseOfGone));
    pauseOfGone = Math.min(pauseOfGone * 2, LONGEST);
  });
  opened.addEventListener("error", () => {
    // It comes back by itself after a broken connection, but never after an
    // answer other than 200.
    if (opened !== stream || opened.readyState !== EventSource.CLOSED) return;
    for (const space of spaces) tell(space, "onRefused");
    openIn(spread(pause));
    pause = Math.min(pause * 2, LONGEST);
  });
}

/** Whatever refused this one has refused many: they do not all come back at once. */
const spread = (pause: number) => pause * (1 + Math.random());

function tell(space: string, what: "onOpen" | "onPoke" | "onRefused"): void {
  for (const listener of [...listeners.get(space) ?? []]) listener[what]?.();
}

const spaceOf = (event: MessageEvent): string => JSON.parse(event.data).space;
