// Rate limits: how much one person, or one address, may ask for in a while.
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

/**
 * A person has asked for too much (429), or there is too much in all (503);
 * and after how many seconds to try again.
 */
export class LimitReached extends Error {
  constructor(
    readonly status: 429 | 503,
    readonly seconds: number,
    message: string,
  ) {
    super(message);
  }

  get headers(): { "retry-after": string } {
    return { "retry-after": String(this.seconds) };
  }
}

/**
 * What is counted: requests, however much is in one, as a push that is larger
 * than a limit would be refused for ever.
 */
const LIMITS = {
  /** New sessions, by address. */
  signIn: { points: 60, duration: 60 },
  /** By user, as all that follow. */
  push: { points: 50, duration: 1 },
  /**
   * What pushes weigh, in KiB: their bytes, one more for each mutation, and the
   * bytes that they write: one who adds a small reaction to a message that has
   * many writes them all. It is weighed after the fact, so that a push alone is
   * never too heavy.
   */
  weight: { points: 32 * 1024, duration: 60 },
  pull: { points: 100, duration: 1 },
  /** Pages, which take a hundred times as long as other answers. */
  page: { points: 100, duration: 10 },
  /** What else is read, streams that are opened too. */
  read: { points: 50, duration: 1 },
  /** Searches, which read up to 8 MB of the index. */
  search: { points: 40, duration: 10 },
  /** What changes something besides. */
  change: { points: 50, duration: 1 },
  /** Uploads that are begun or asked for, and ended, by an import too: to end one reads all of the file. */
  upload: { points: 300, duration: 60 },
  /** Pieces of files, of 56 KiB: a burst as large as a file, and 3.4 MB a second. */
  piece: { points: 600, duration: 10 },
  /** Files that are read, or ranges of them. */
  file: { points: 300, duration: 10 },
  /** Notices that people send themselves to see whether they come: requests to another server. */
  noticeTest: { points: 10, duration: 60 },
  /** Chunks of an import, of 1 MiB at most and 256 KiB mostly: as much as pushes may weigh. */
  import: { points: 120, duration: 60 },
  /** Exports: to find all that a person wrote reads all of their rooms. */
  export: { points: 30, duration: 600 },
  /** Messages of a bot. */
  bot: { points: 60, duration: 60 },
  /** Tokens that open nothing, by address. */
  wrongToken: { points: 60, duration: 60 },
  room: { points: 20, duration: 60 },
  /** Direct messages that are begun with people with whom there are none yet. */
  direct: { points: 100, duration: 24 * 60 * 60 },
  /** Joining, leaving, inviting, removing: all who listen there are asked again. */
  membership: { points: 120, duration: 60 },
  /** Each goes to all who listen to the room; browsers say it every few seconds. */
  typing: { points: 20, duration: 10 },
  /** Each is a change in every room that the person is in. */
  rename: { points: 10, duration: 60 },
  /**
   * Client groups that were found to be of another history: each leaves a
   * record, so forged cookies must not be able to make them at will.
   */
  lost: { points: 60, duration: 60 },
};

export type Limit = keyof typeof LIMITS;

/** Counts in the memory of this process; nothing is counted unless `limited`. */
export class RateLimits {
  readonly #limiters = new Map<Limit, RateLimiterMemory>();

  constructor(limited: boolean) {
    if (!limited) return;
    for (const [limit, { points, duration }] of Object.entries(LIMITS)) {
      this.#limiters.set(
        limit as Limit,
        new RateLimiterMemory({ points, duration }),
      );
    }
  }

  /** Counts one more request of `whose`; throws a `LimitReached` of 429 when it is one too many. */
  async count(limit: Limit, whose: string): Promise<void> {
    try {
      await this.#limiters.get(limit)?.consume(whose);
    } catch (reached) {
      if (!(reached instanceof RateLimiterRes)) throw reached;
      const seconds = Math.max(1, Math.ceil(reached.msBeforeNext / 1000));
      throw new LimitReached(429, seconds, tooManyMessage(seconds));
    }
  }

  /** Counts so many at once, though it be more than there may be; the next has to wait for that. */
  async addPoints(limit: Limit, whose: string, points: number): Promise<void> {
    await this.#limiters.get(limit)?.penalty(whose, Math.ceil(points));
  }

  /** Throws as `count` would for one more, without counting it. */
  async assertBelow(limit: Limit, whose: string): Promise<void> {
    const counted = await this.#limiters.get(limit)?.get(whose);
    if (!counted || counted.remainingPoints > 0) return;
    const seconds = Math.max(1, Math.ceil(counted.msBeforeNext / 1000));
    throw new LimitReached(429, seconds, tooManyMessage(seconds));
  }
}

const tooManyMessage = (seconds: number) =>
  seconds === 1
    ? "Too many requests. Try again in a second."
    : `Too many requests. Try again in ${seconds} seconds.`;

/**
 * The address that a request counts for. Behind a trusted proxy it is the last
 * of `X-Forwarded-For`, which the proxy itself added; those before it are the
 * client's to invent. Of IPv6 it is the network that one customer is given.
 */
export function addressOf(
  req: Request,
  { remoteAddr }: Deno.ServeHandlerInfo,
  trustProxy: boolean,
): string {
  const forwarded = trustProxy &&
    req.headers.get("x-forwarded-for")?.split(",").at(-1)?.trim();
  const address = forwarded ||
    ("hostname" in remoteAddr ? remoteAddr.hostname : "");
  const known = parsed.get(address);
  if (known !== undefined) return known;
  if (parsed.size >= MAX_PARSED) parsed.clear();
  const spelt = parseAddress(address) ?? address;
  if (address.length <= MAX_PARSED_LENGTH) parsed.set(address, spelt);
  return spelt;
}

/** Addresses as they were sent, and in their one spelling: each sends many requests. */
const parsed = new Map<string, string>();
const MAX_PARSED = 10_000;
const MAX_PARSED_LENGTH = 100; // UTF-16 units; those of clients behind a proxy are theirs to choose

/**
 * One spelling for each address: without a port, of IPv6 the first 64 bits,
 * which one customer is given, and IPv4 as such where it is mapped into IPv6.
 * Undefined for what is no address.
 */
export function parseAddress(address: string): string | undefined {
  const [, v4] = address.match(/^(\d{1,3}(?:\.\d{1,3}){3})(?::\d+)?$/) ?? [];
  if (v4) return URL.parse(`http://${v4}`)?.hostname;
  const [, bracketed] = address.match(/^\[([^\]]*)\](?::\d+)?$/) ?? [];
  const [bare] = (bracketed ?? address).split("%"); // a zone is of this machine
  const host = URL.parse(`http://[${bare}]`)?.hostname.slice(1, -1);
  if (!host) return undefined;
  const [head, tail] = host.split("::");
  const groups = head.split(":").filter(Boolean);
  const rest = (tail ?? "").split(":").filter(Boolean);
  if (tail !== undefined) {
    while (groups.length + rest.length < 8) groups.push("0");
  }
  groups.push(...rest);
  const isMapped = groups.slice(0, 6).join(":") === "0:0:0:0:0:ffff";
  if (!isMapped) return groups.slice(0, 4).join(":");
  return groups.slice(6).map((group) => parseInt(group, 16))
    .flatMap((n) => [n >> 8, n & 0xff]).join(".");
}
