// Which part of its space's large collections a replica pulls, and which it lacks.
import type { Around, Wanted } from "./server.ts";

/** What a replica reads of the server's cookie. */
export type PullCookie = {
  /** Grows with what the cookie stands for. */
  order: number;
  /** Of the space, as pokes name it. */
  version: number;
  /** By prefix, the lowest order of the newest that the copy holds; null when it holds all. */
  from: Record<string, number | null>;
  /** Parts below that, both ends included; `from` is null where the collection begins. */
  ranges?: { prefix: string; from: number | null; to: number }[];
};

/** What a poke says, and, for a copy of this group that stands at `base`, what is new. */
export type Poke = {
  /** Of the space. */
  version: number;
  clientGroupID?: string;
  base?: PullCookie;
  cookie?: PullCookie;
  patch?: unknown[];
};

/** A part of a collection that the copy lacks, between two orders that it holds; `from` is null below all of them. */
export type Gap = { from: number | null; to: number };

/** The gaps of a collection, the newest first. */
export function gapsIn(
  { from, ranges = [] }: PullCookie,
  prefix: string,
): Gap[] {
  const gaps: Gap[] = [];
  let end = Object.hasOwn(from, prefix) ? from[prefix] : null;
  const below = ranges.filter((range) => range.prefix === prefix)
    .sort((a, b) => b.to - a.to);
  for (const range of below) {
    if (end === null) break;
    if (range.to < end) gaps.push({ from: range.to, to: end });
    end = range.from === null ? null : Math.min(end, range.from);
  }
  if (end !== null) gaps.push({ from: null, to: end });
  return gaps;
}

/** Pulls once, and gives back the copy's cookie then; it does not say whether there was an answer. */
type Pull = () => Promise<PullCookie | null>;

/** For one thing that is asked for. */
const MAX_PULLS = 5;
/** As many of the last pokes are kept until they are pulled. */
const MAX_POKES = 20;

export class PullWindow {
  /** What the last pull that was answered had asked for, and what the answer's cookie says. */
  pulled: Wanted & Pick<PullCookie, "order"> & Partial<PullCookie> = {
    order: 0,
  };

  #pokes: Poke[] = [];
  /** The newest version that the space is known to have. */
  #told = 0;

  /** `wanted` is what each pull asks for. */
  constructor(public wanted: Wanted) {}

  /** What a poke brings answers the pull that follows. */
  keep(poke: Poke): void {
    // One of a stream that has ended meanwhile may come late.
    this.#told = Math.max(this.#told, poke.version);
    this.#pokes = [...this.#pokes.slice(1 - MAX_POKES), poke];
  }

  /**
   * The answer to a pull of a group at this cookie, put together of what pokes
   * have brought; undefined where that leads to less than the newest version, as
   * one pull may be for several pokes, or more is wanted.
   */
  take(groupID: string, cookie: unknown) {
    const { window = 0, around } = this.wanted;
    const isAll = window <= (this.pulled.window ?? 0) &&
      around === this.pulled.around;
    if (!isAll) return undefined;
    const answer = {
      cookie,
      patch: [] as unknown[],
      lastMutationIDChanges: {},
    };
    for (const { clientGroupID, base, cookie, patch, version } of this.#pokes) {
      const follows = clientGroupID === groupID &&
        JSON.stringify(base) === JSON.stringify(answer.cookie);
      if (!follows) continue;
      answer.cookie = cookie;
      answer.patch.push(...patch!);
      if (version === this.#told) return answer;
    }
  }

  /** Pulls until the copy has at least the newest `size`. */
  async widen(size: number, pull: Pull): Promise<void> {
    const window = Math.max(size, this.wanted.window ?? 0);
    await this.#ask({ window }, pull, () => (this.pulled.window ?? 0) >= size);
  }

  /**
   * Pulls until the copy has what is around a thing, if there is such a thing.
   * Later pulls ask for it as well: another tab's copy, which may take the place
   * of this one's, may lack it.
   */
  async bring(around: Around, pull: Pull): Promise<void> {
    await this.#ask({ around }, pull, () => this.pulled.around === around);
  }

  /** Whether a cookie, as of another tab's copy, has less than the last answer. Says so once. */
  hasLost(cookie: PullCookie): boolean {
    const { from: bounds = {}, ranges = [] } = this.pulled;
    const newest = Object.entries(bounds)
      .map(([prefix, from]) => ({ prefix, from, to: Infinity }));
    const isLost = [...newest, ...ranges].some(({ prefix, from, to }) =>
      gapsIn(cookie, prefix).some((gap) =>
        (gap.from ?? -Infinity) < to && gap.to > (from ?? -Infinity)
      )
    );
    if (isLost) this.pulled = { order: this.pulled.order };
    return isLost;
  }

  /** Pulls what a copy with this cookie has lost; whether it had lost anything. */
  async restore(cookie: PullCookie | null, pull: Pull): Promise<boolean> {
    let isLost = false;
    // An answer is of no use where the copy has changed meanwhile.
    for (let i = 0; i < MAX_PULLS && cookie && this.hasLost(cookie); i++) {
      isLost = true;
      cookie = await pull();
    }
    return isLost;
  }

  /**
   * When no answer comes into the copy, this rejects, and asks for no more than
   * before.
   */
  async #ask(
    more: Wanted,
    pull: Pull,
    wasAsked: () => boolean,
  ): Promise<void> {
    const before = this.wanted;
    const wanted = this.wanted = { ...before, ...more };
    if (wasAsked()) return;
    // The first pull to end may be one that was under way: it asked for less.
    // And an answer is of no use where the copy has changed meanwhile: another
    // tab's, which has taken its place, may be as new and hold something else.
    for (let i = 0; i < MAX_PULLS; i++) {
      const cookie = await pull();
      const isIn = (cookie?.order ?? 0) >= this.pulled.order;
      if (wasAsked() && isIn && !(cookie && this.hasLost(cookie))) return;
    }
    if (this.wanted === wanted) this.wanted = before;
    throw new Error("No answer");
  }
}
