// Requests that this server makes to addresses which people have given it: never into private networks.
import { lookup } from "node:dns/promises";
import ipaddr from "ipaddr.js";

const TIMEOUT_MS = 10_000; // of all: name, connections, answer
const MAX_ADDRESSES = 3; // of one name, tried one after the other
const MAX_HEAD_BYTES = 16_384; // of an answer

/** An address that is never asked for anything; its message says why. */
export class ForbiddenAddress extends Error {}

/** What is looked at of an answer; its body is not even read. */
export type OutgoingAnswer = {
  status: number;
  /** The header `Retry-After`. */
  retryAfter: string | null;
};

const MAX_RETRY_AFTER_MS = 3_600_000;

/** How long a `Retry-After` asks to wait, from a second to an hour; undefined when it says nothing that can be read. */
export function msIn(
  retryAfter: string | null,
  now: number,
): number | undefined {
  if (!retryAfter) return undefined;
  const ms = /^\d+$/.test(retryAfter)
    ? Number(retryAfter) * 1_000
    : Date.parse(retryAfter) - now;
  if (Number.isNaN(ms)) return undefined;
  return Math.min(Math.max(ms, 1_000), MAX_RETRY_AFTER_MS);
}

/** Finds the addresses of a host's name. */
export type Resolve = (name: string) => Promise<string[]>;

const resolveBySystem: Resolve = async (name) =>
  (await lookup(name, { all: true })).map(({ address }) => address);

/**
 * The one door by which requests leave. A name is resolved once, and the
 * connection goes to the very address that was found to be public, so that a
 * name which resolves to another one a moment later leads nowhere (DNS
 * rebinding). Only https, no redirect is followed, and no answer is read beyond
 * its headers.
 */
export class Outgoing {
  /** @param anywhere lifts it all, for tests and intranets: the setting `OUTGOING`. */
  constructor(
    private readonly anywhere: boolean,
    private readonly resolve: Resolve = resolveBySystem,
  ) {}

  /** Throws a `ForbiddenAddress` for one that may not be asked, as far as it shows without resolving its name. */
  check(url: URL): void {
    if (url.username || url.password) {
      throw new ForbiddenAddress("The address has a name or password in it.");
    }
    const isWeb = url.protocol === "https:" ||
      (this.anywhere && url.protocol === "http:");
    if (!isWeb) throw new ForbiddenAddress("The address is not one of https.");
    const host = hostOf(url);
    if (ipaddr.isValid(host)) this.#assertPublic([host]);
  }

  /**
   * Posts a body. Throws a `ForbiddenAddress`, and any other error where there
   * is no answer within ten seconds.
   */
  async post(
    url: URL,
    headers: Record<string, string>,
    body: Uint8Array,
  ): Promise<OutgoingAnswer> {
    this.check(url);
    const over = new AbortController();
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      late.reject(new Error(`${url.host} took too long to answer`));
      over.abort();
    }, TIMEOUT_MS);
    const answered = this.#post(url, headers, body, over.signal);
    answered.catch(() => {}); // it may fail later than it is waited for
    return await Promise.race([answered, late.promise])
      .finally(() => clearTimeout(timer));
  }

  async #post(
    url: URL,
    headers: Record<string, string>,
    body: Uint8Array,
    over: AbortSignal,
  ): Promise<OutgoingAnswer> {
    const host = hostOf(url);
    const addresses = ipaddr.isValid(host) ? [host] : await this.resolve(host);
    this.#assertPublic(addresses);
    const connection = await connect(url, addresses, over);
    try {
      const head = headOf(url, { ...headers, "content-length": body.length });
      await writeAll(connection, new TextEncoder().encode(head));
      await writeAll(connection, body);
      return await answerFrom(connection);
    } finally {
      close(connection);
    }
  }

  /** Each of them: a name that has one private address is not to be trusted with the others. */
  #assertPublic(addresses: string[]): void {
    if (this.anywhere || addresses.every(isPublic)) return;
    throw new ForbiddenAddress("The address leads into a private network.");
  }
}

/** Without the brackets of an IPv6 address. */
const hostOf = ({ hostname }: URL): string =>
  hostname.replace(/^\[(.*)\]$/, "$1");

const GLOBAL_IPV6 = ipaddr.IPv6.parse("2000::");

/**
 * Whether an IP address is one of the public internet: of IPv6 only what is
 * handed out for it (2000::/3), without those that stand for an IPv4 address or
 * a tunnel; an IPv4 address that is mapped into IPv6 counts as itself.
 */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== "unicast") return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_IPV6, 3);
}

/**
 * A connection to the first of these very addresses that takes one, whatever the
 * name resolves to by now; the certificate is to be the name's.
 */
async function connect(
  url: URL,
  addresses: string[],
  signal: AbortSignal,
): Promise<Deno.Conn> {
  const isSecure = url.protocol === "https:";
  const port = Number(url.port) || (isSecure ? 443 : 80);
  let failure: unknown = new Error(`${url.host} has no address`);
  for (const hostname of addresses.slice(0, MAX_ADDRESSES)) {
    try {
      const plain = await Deno.connect({ hostname, port, signal });
      const connection = isSecure
        ? await Deno.startTls(plain, { hostname: hostOf(url), alpnProtocols })
        : plain;
      // What is under way on it then fails.
      signal.addEventListener("abort", () => close(connection));
      if ("handshake" in connection) {
        await connection.handshake().catch((error) => {
          close(connection);
          throw error;
        });
      }
      return connection;
    } catch (error) {
      failure = error;
      if (signal.aborted) break;
    }
  }
  throw failure;
}

const alpnProtocols = ["http/1.1"];

/** Once or twice. */
function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

/** The beginning of a request of HTTP/1.1. `Headers` refuses names and values that would make another request of it. */
function headOf(url: URL, headers: Record<string, string | number>): string {
  const checked = new Headers({ host: url.host, connection: "close" });
  for (const [name, value] of Object.entries(headers)) {
    checked.set(name, `${value}`);
  }
  const lines = [...checked].map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

async function writeAll(to: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let from = 0; from < bytes.length;) {
    from += await to.write(bytes.subarray(from));
  }
}

/** Reads the status and `Retry-After`, from 16 KiB at the most, past what is only said on the way (1xx). */
async function answerFrom(connection: Deno.Conn): Promise<OutgoingAnswer> {
  const buffer = new Uint8Array(MAX_HEAD_BYTES);
  let length = 0;
  let from = 0;
  while (length < buffer.length) {
    const read = await connection.read(buffer.subarray(length));
    if (read === null) break;
    length += read;
    // Bytes one by one: a header may be of any encoding.
    const text = String.fromCharCode(...buffer.subarray(0, length));
    for (;;) {
      const end = text.indexOf("\r\n\r\n", from);
      if (end < 0) break;
      const head = text.slice(from, end);
      from = end + 4;
      const status = Number(head.match(/^HTTP\/1\.[01] (\d{3})\b/)?.[1] ?? 0);
      if (status >= 100 && status < 200) continue;
      if (status > 0) return { status, retryAfter: retryAfterIn(head) };
      throw new Error("What was answered is no HTTP");
    }
  }
  throw new Error("The answer broke off, or has too many headers");
}

/** The header `Retry-After` in the head of an answer; null without one. Takes time in proportion to the head, whatever is in it. */
export const retryAfterIn = (head: string): string | null =>
  head.match(/^retry-after:(.*)$/im)?.[1].trim() ?? null;
