// Methods, paths and hosts as bytes on a connection, and the setting ORIGIN.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { permitted } from "../support/permitted.ts";
import { sendRaw } from "../support/raw_http.ts";
import { type Server, startServer } from "../support/server.ts";

function test(
  name: string,
  env: Record<string, string>,
  fn: (server: Server) => Promise<void>,
): void {
  Deno.test({
    name,
    ignore: !permitted,
    async fn() {
      await using server = await startServer(env);
      await fn(server);
    },
  });
}

const statusOf = async (
  { url }: Server,
  line: string,
  headers?: Record<string, string>,
) => (await sendRaw(url, line, headers)).status;

test(
  "a path in any other spelling than its own is 404, and no secret of it is in the log (T24, T28)",
  {},
  async (server) => {
    const spellings = [
      ...["//link/SECRET", "/./link/SECRET", "/x/../link/SECRET"],
      ...[
        "/link//SECRET",
        "/link/./SECRET",
        "/link/SECRET/.",
        "/link/SECRET/..",
      ],
      ...[
        "/%6cink/SECRET",
        "/%6Cink/SECRET",
        "/%256cink/SECRET",
        "/link%2fSECRET",
      ],
      ...[
        "/link%2FSECRET",
        "/link%5cSECRET",
        "/link\\SECRET",
        "\\link\\SECRET",
      ],
      ...["/%2e/link/SECRET", "/x/%2e%2e/link/SECRET", "/link/SECRET%00"],
      ...[
        "/link;x/SECRET",
        "/link/SECRET;x",
        "/link/%53ECRET",
        "/link/SECRET%",
      ],
      ...["/link/SECRET#x", "/x/%2E./link/SECRET", "/link/SECRET%20"],
      ...["/link/SECRET+", "/link/SÉCRET".replace("É", "%c3%89")],
      ...["/api/replicache//push/SECRET", "/API//SECRET", "/link/SECRET//"],
    ];
    for (const path of spellings) {
      const expected = path.startsWith("\\") ? 400 : 404;
      assertEquals(await statusOf(server, `GET ${path}`), expected, path);
    }
    // These are canonical: no route has them, or it answers for itself.
    for (const path of ["/LINK/SECRET", "/x/Link/SECRET", "/link/SECRET."]) {
      assertEquals(await statusOf(server, `GET ${path}`), 404, path);
    }
    assertEquals(await statusOf(server, "GET /link/SECRET/?x=SECRET"), 308);
    assertEquals(await statusOf(server, "GET /INVITE/a/SECRET?SECRET"), 404);
    assertEquals(await server.stop(), 0); // and all it had to say is said
    assert(!server.output().includes("SECRET"), server.output());
    assertMatch(server.output(), /"path":"\/LINK\/…"/);
  },
);

test(
  "a slash at the end of a page's path is taken off, and leads to no other host (T28)",
  {},
  async ({ url }) => {
    const leads = async (line: string) => {
      const { status, head } = await sendRaw(url, line);
      return [status, head.match(/^location: (.*)$/im)?.[1]];
    };
    assertEquals(await leads("GET /settings/?a=b"), [308, "/settings?a=b"]);
    assertEquals(await leads("HEAD /rooms/x/"), [308, "/rooms/x"]);
    assertEquals(await leads("GET //"), [308, "/"]);
    for (const line of ["GET //evil.example/", "GET /\\evil.example/"]) {
      assertEquals(await leads(line), [404, undefined], line);
    }
    for (const line of ["POST /settings/", "GET /api/rooms/"]) {
      assertEquals(await leads(line), [404, undefined], line);
    }
  },
);

test(
  "methods that HTTP knows and we do not are 501, with nothing in the error log (T6)",
  {},
  async (server) => {
    const methods = [
      ...["PROPFIND", "FOO", "TRACE", "SEARCH", "get", "constructor"],
      ...["__proto__", "PRI", "QUERY"],
    ];
    for (const method of methods) {
      for (const path of ["/", "/rooms/general", "/icon.svg", "/nothing"]) {
        const { status, body } = await sendRaw(server.url, `${method} ${path}`);
        assertEquals([status, body], [501, "There is no such method here."]);
      }
      const { status, body } = await sendRaw(
        server.url,
        `${method} /api/rooms`,
      );
      assertEquals([status, JSON.parse(body).error], [501, "not-implemented"]);
    }
    assertEquals(await server.stop(), 0);
    assert(!/\bat \S+:\d+:\d+/.test(server.output()), server.output());
  },
);

test("what is no host is 400 (T2)", {}, async (server) => {
  const hosts = [
    "a b",
    "a/link",
    "u@h",
    "h:99999",
    "a\\b",
    "h?x",
    "h#x",
    "[::",
  ];
  for (const host of hosts) {
    const { status, body } = await sendRaw(server.url, "GET /", { Host: host });
    assertEquals([status, body], [400, "Host: this is no host."], host);
  }
  for (const host of ["example.org", "example.org:80", "[::1]:8000", "a_b"]) {
    const status = await statusOf(server, "GET /signin", { Host: host });
    assertEquals(status, 200, host);
  }
  assertEquals(await server.stop(), 0);
  assert(!/\bat \S+:\d+:\d+/.test(server.output()), server.output());
});

const PUBLIC = "https://chat.example.org";

test(
  "with ORIGIN, other hosts are 421, and links, cookies and the check of other sites go by it (T29)",
  { ORIGIN: PUBLIC },
  async (server) => {
    const host = "chat.example.org";
    for (const own of [host, "CHAT.example.org", `${host}:443`]) {
      assertEquals(await statusOf(server, "GET /signin", { Host: own }), 200);
    }
    const others = ["evil.example", `${host}:80`, `x.${host}`, "localhost"];
    for (const other of others) {
      const { status, body } = await sendRaw(server.url, "GET /api/session", {
        Host: other,
        Origin: `https://${other}`,
      });
      assertEquals(
        [status, JSON.parse(body).error],
        [421, "misdirected"],
        other,
      );
      assertEquals(await statusOf(server, "GET /signin", { Host: other }), 421);
      assertEquals(
        await statusOf(server, "GET /healthz", { Host: other }),
        200,
      );
    }
    // A proxy that is not trusted says nothing.
    const forwarded = { Host: "evil.example", "X-Forwarded-Host": host };
    assertEquals(await statusOf(server, "GET /signin", forwarded), 421);
    const absolute = "GET http://evil.example/signin";
    assertEquals(await statusOf(server, absolute, { Host: host }), 421);

    const post = async (path: string, content: unknown, headers = {}) => {
      const text = JSON.stringify(content);
      const answer = await sendRaw(server.url, `POST ${path}`, {
        Host: host,
        "Content-Type": "application/json",
        "Content-Length": `${text.length}`,
        ...headers,
      }, text);
      return { ...answer, json: JSON.parse(answer.body) };
    };
    const signIn = (Origin: string) =>
      post("/api/session", { name: "Ada" }, { Origin });
    assertEquals((await signIn("https://evil.example")).status, 403);
    assertEquals((await signIn(`http://${host}`)).status, 403);
    const { status, head } = await signIn(PUBLIC);
    assertEquals(status, 200);
    assertMatch(head, /^strict-transport-security: max-age/im);
    const [, Cookie, rest] = head.match(/^set-cookie: ([^;]*)(.*)$/im)!;
    assertMatch(rest, /; Secure/);
    const ours =
      /^https:\/\/chat\.example\.org\/(link|invite\/\w+)\/[\w-]{43}$/;
    const made = await post("/api/session/link", {}, { Cookie });
    assertMatch(made.json.url, ours);
    const { json: room } = await post("/api/rooms", { name: "R" }, { Cookie });
    const invites = `/api/rooms/${room.roomID}/invites`;
    assertMatch((await post(invites, {}, { Cookie })).json.url, ours);
  },
);

test(
  "with ORIGIN behind a proxy that is trusted, the host is what that says (T29)",
  {
    ORIGIN: PUBLIC,
    TRUST_PROXY: "1",
  },
  async (server) => {
    const ask = (forwarded: string) =>
      statusOf(server, "GET /signin", { "X-Forwarded-Host": forwarded });
    assertEquals(await ask("chat.example.org"), 200);
    assertEquals(await ask("chat.example.org:443, inner"), 200);
    for (const other of ["evil.example", "a b", "/"]) {
      assertEquals(await ask(other), 421, other);
    }
  },
);

test("on all addresses and without ORIGIN it says so, else not (T29)", {
  HOST: "0.0.0.0",
}, async (server) => {
  await server.stop();
  assertMatch(server.output(), /set ORIGIN to its public address/);
  for (
    const [HOST, ORIGIN] of [["0.0.0.0", PUBLIC], ["localhost", ""]]
  ) {
    await using other = await startServer({ HOST, ORIGIN });
    await other.stop();
    assert(!other.output().includes("ORIGIN"), other.output());
  }
});
