// The door for requests that people cause: it leads into no private network, whatever a name resolves to.
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ForbiddenAddress,
  isPublic,
  Outgoing,
  retryAfterIn,
} from "../../../../lib/web/http/outgoing.ts";
import { permitted } from "../../../support/permitted.ts";

const PRIVATE = [
  // What is this machine, its network, its provider's.
  ...["127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "10.0.0.1"],
  ...["172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254"],
  ...["100.64.0.1", "100.127.255.255"],
  // What nobody has, or many do.
  ...["192.0.0.1", "192.0.2.1", "198.18.0.1", "198.19.255.255"],
  ...["198.51.100.1", "203.0.113.1", "192.88.99.1", "224.0.0.1"],
  ...["239.255.255.250", "240.0.0.1", "255.255.255.255"],
  ...["::", "::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd12::1"],
  ...["ff02::1", "ff0e::1", "100::1", "2001:db8::1", "3fff::1", "5f00::1"],
  ...["2001:10::1", "2001:20::1", "4000::1", "e000::1"],
  // What stands for an IPv4 address, or leads to one through a tunnel.
  ...["::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "::127.0.0.1"],
  ...["::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1"],
  ...["64:ff9b:1::1", "2002:7f00:1::", "2002:c0a8:101::1", "2001::1"],
  // What is no address.
  ...["", "localhost", "1.2.3.4.5", "::g"],
];
const PUBLIC = [
  ...["1.1.1.1", "8.8.8.8", "100.63.255.255", "172.32.0.1", "192.167.1.1"],
  ...["2606:4700:4700::1111", "2a00:1450:4001:80e::200e", "::ffff:8.8.8.8"],
];

Deno.test("Only addresses of the public internet are public, an IPv4 address in IPv6 as itself (T78)", () => {
  assertEquals(PRIVATE.filter(isPublic), []);
  assertEquals(PUBLIC.filter((address) => !isPublic(address)), []);
});

Deno.test("An address is refused for what it is before its name is resolved: not https, with a password, or of a private network in any spelling (T78)", () => {
  const outgoing = new Outgoing(false, neverResolved);
  for (
    const url of [
      ...["http://push.example/", "ftp://push.example/", "file:///etc/passwd"],
      ...["https://ada@push.example/", "https://ada:secret@push.example/"],
      ...["https://127.0.0.1/", "https://2130706433/", "https://0x7f.1/"],
      ...["https://0177.0.0.1/", "https://127.1:8443/", "https://[::1]/"],
      ...["https://[::ffff:127.0.0.1]/", "https://[fe80::1]/"],
    ]
  ) assertThrows(() => outgoing.check(new URL(url)), ForbiddenAddress, "", url);
  outgoing.check(new URL("https://push.example/a?b"));
  outgoing.check(new URL("https://8.8.8.8/"));
});

Deno.test("A name is refused when any of its addresses is private, and asked for once: the connection goes to what was checked (T78)", async () => {
  for (
    const addresses of [
      ["127.0.0.1"],
      ["8.8.8.8", "10.0.0.1"],
      ["8.8.8.8", "::ffff:10.0.0.1"],
      ["not an address"],
    ]
  ) {
    const names: string[] = [];
    const outgoing = new Outgoing(false, (name) => {
      names.push(name);
      return Promise.resolve(addresses);
    });
    await assertRejects(
      () => outgoing.post(new URL("https://push.example/"), {}, BODY),
      ForbiddenAddress,
    );
    assertEquals(names, ["push.example"]);
  }
});

test("A request goes to the address that its name was resolved to, once, for that name, whose certificate it has to be (T78)", async () => {
  // In a process of its own, which trusts the certificate of the tests.
  const script = new URL("../../../support/pinned.ts", import.meta.url);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--config", "deno.json", "-P=serve", script.pathname],
    env: { DENO_CERT: "tests/fixtures/tls/ca.pem" },
  }).output();
  const said = new TextDecoder().decode(stdout);
  assertEquals(
    said.trim().split("\n"),
    [
      "resolved push.test", // which no DNS knows
      "asked for push.test: POST /a/b?c, 5000 bytes, topic t",
      '{"status":201,"retryAfter":"7"}',
      "resolved other.test",
      "refused: not the name of the certificate",
    ],
    new TextDecoder().decode(stderr),
  );
});

test("No redirect is followed, no body is read, and what is said on the way is no answer (T78)", async () => {
  await using server = new RawServer((write) =>
    write(
      "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n" +
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n" +
        "retry-AFTER:  12 \r\n\r\n" + "x".repeat(100_000),
    )
  );
  const outgoing = new Outgoing(true);
  const answer = await outgoing.post(server.url, {}, BODY);
  assertEquals(answer, { status: 302, retryAfter: "12" });
  assertEquals(server.requests, 1);
});

Deno.test("How long an answer asks to wait is read in time that grows with its length alone, whatever blanks it holds (T78)", () => {
  const blanks = " ".repeat(2_000_000);
  const head = (value: string) =>
    `HTTP/1.1 429 Wait\r\nx:${blanks}\r\nRetry-After:${value}\r\ny: z`;
  for (
    const [value, expected] of [
      [` x${blanks}x`, `x${blanks}x`],
      [`${blanks}7${blanks}`, "7"],
      [blanks, ""],
      ["\t 12\t", "12"],
    ]
  ) assertEquals(retryAfterIn(head(value)), expected);
  assertEquals(retryAfterIn("HTTP/1.1 201 Created\r\nx: retry-after: 7"), null);
});

test("What is no HTTP, has no end of headers, breaks off or is not there is an error (T78)", async () => {
  const outgoing = new Outgoing(true);
  for (
    const text of [
      "SSH-2.0-OpenSSH_9.9\r\n\r\n",
      "HTTP/1.1 201 Created\r\n" + "x: y\r\n".repeat(5_000),
      "HTTP/1.1 100 Continue\r\n\r\n".repeat(2_000),
      "HTTP/1.1 201 Cre",
      "",
    ]
  ) {
    await using server = new RawServer((write) => write(text));
    await assertRejects(() => outgoing.post(server.url, {}, BODY), Error);
  }
  const gone = new RawServer(() => Promise.resolve());
  await gone[Symbol.asyncDispose]();
  await assertRejects(() => outgoing.post(gone.url, {}, BODY), Error);
});

test("One that never answers, or answers a byte at a time, is given up (T78)", async () => {
  await using silent = new RawServer(() => new Promise(() => {}));
  await using slow = new RawServer(async (write) => {
    for (;;) {
      await write("x");
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  });
  const outgoing = new Outgoing(true);
  const unresolved = new Outgoing(true, () => new Promise(() => {}));
  const name = new URL("https://push.example/");
  await Promise.all([
    assertRejects(() => outgoing.post(silent.url, {}, BODY), Error, "too long"),
    assertRejects(() => outgoing.post(slow.url, {}, BODY), Error, "too long"),
    assertRejects(() => unresolved.post(name, {}, BODY), Error, "too long"),
  ]);
});

Deno.test("No header makes another request of it (T78)", async () => {
  const outgoing = new Outgoing(true, () => Promise.resolve(["127.0.0.1"]));
  const headers = { topic: "a\r\ncontent-length: 0\r\n\r\nGET / HTTP/1.1" };
  await assertRejects(
    () => outgoing.post(new URL("http://127.0.0.1:1/"), headers, BODY),
    Error,
  );
});

const BODY = new Uint8Array(10);

const neverResolved = (name: string) => {
  throw new Error(`${name} was resolved`);
};

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: !permitted, fn });
}

/** Answers each request with what `answer` writes. */
class RawServer {
  requests = 0;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections: Deno.Conn[] = [];

  constructor(
    private readonly answer: (
      write: (text: string) => Promise<void>,
    ) => Promise<void>,
  ) {
    this.#serve();
  }

  get url(): URL {
    const { port } = this.#listener.addr as Deno.NetAddr;
    return new URL(`http://127.0.0.1:${port}/`);
  }

  async #serve() {
    for await (const connection of this.#listener) {
      this.#connections.push(connection);
      this.#take(connection);
    }
  }

  async #take(connection: Deno.Conn) {
    try {
      await connection.read(new Uint8Array(10_000));
      this.requests++;
      await this.answer(async (text) => {
        const bytes = new TextEncoder().encode(text);
        for (let from = 0; from < bytes.length;) {
          from += await connection.write(bytes.subarray(from));
        }
      });
      connection.close();
    } catch {
      // The other side has had enough.
    }
  }

  // deno-lint-ignore require-await
  async [Symbol.asyncDispose]() {
    this.#listener.close();
    for (const connection of this.#connections) {
      try {
        connection.close();
      } catch {
        // It is closed.
      }
    }
  }
}
