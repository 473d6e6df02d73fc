// The headers around every answer: pages, error pages, the API, files.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { APP } from "../support/app.ts";
import { permitted } from "../support/permitted.ts";
import { quiet } from "../support/quiet.ts";
import type { Person } from "../support/person.ts";
import { app, appTest as test } from "../support/shared_app.ts";

let ada: Person;
Deno.test.beforeAll(async () => {
  if (!permitted) return;
  ada = await app.signIn("Ada");
});

const PAGES = ["/", "/new", "/settings", "/signout", "/rooms/general"];
const ERRORS = ["/nothing", "/rooms/nothing", "/link/nothing", "/%ff"];
const OTHERS = ["/api/rooms", "/api/nothing", "/healthz", "/styles/base.css"];

/** The directives of a policy by name. */
const directives = (headers: Headers) =>
  new Map(
    headers.get("content-security-policy")!.split("; ").map((directive) => {
      const [name, ...sources] = directive.split(" ");
      return [name, sources.join(" ")];
    }),
  );

test("every answer has the security headers, error pages and files too (T21)", async () => {
  for (const path of [...PAGES, ...ERRORS, ...OTHERS]) {
    const { headers } = await ada.get(path);
    assertEquals(headers.get("x-content-type-options"), "nosniff", path);
    assertEquals(headers.get("referrer-policy"), "same-origin", path);
    assertEquals(headers.get("strict-transport-security"), null, path);
    const policy = directives(headers);
    assertEquals(policy.get("default-src"), "'self'", path);
    assertEquals(policy.get("frame-ancestors"), "'none'", path);
    assertEquals(policy.get("object-src"), "'none'", path);
    assert(!headers.get("content-security-policy")!.includes("unsafe"), path);
    assert(!policy.has("upgrade-insecure-requests"), path);
  }
});

test("no inline script or style is without the page's nonce, and no element has a style or handler", async () => {
  for (const path of [...PAGES, "/nothing", "/rooms/general/people"]) {
    const { headers, body } = await ada.get(path);
    const policy = directives(headers);
    const nonce = policy.get("script-src")!.match(/'nonce-(\w+)'/)?.[1];
    assert(nonce, path);
    assertEquals(policy.get("script-src"), `'self' 'nonce-${nonce}'`);
    assertEquals(policy.get("style-src"), `'self' 'nonce-${nonce}'`);
    for (const [tag] of body.matchAll(/<(script|style)\b[^>]*>/g)) {
      assert(tag.includes(`nonce="${nonce}"`) || /\bsrc=/.test(tag), tag);
    }
    for (const [tag] of body.matchAll(/<\w[^>]*>/g)) {
      assert(!/\s(style|on\w+)=/.test(tag), tag);
    }
  }
});

test("no two pages have the same nonce (T21)", async () => {
  const pages = await Promise.all([ada.get("/"), ada.get("/")]);
  const policies = pages.map(({ headers }) =>
    headers.get("content-security-policy")
  );
  assert(policies[0] !== policies[1]);
});

test("on https browsers are told to stay there (T21)", async () => {
  const response = await app.send(
    new Request(APP.replace("http:", "https:") + "/nothing"),
  );
  await response.body?.cancel();
  const { headers } = response;
  assertMatch(headers.get("strict-transport-security")!, /^max-age=\d{8}$/);
  assert(directives(headers).has("upgrade-insecure-requests"));
});

test("while KV is away pages and the API answer 503, and when to come again (T8)", async () => {
  const paths = ["/", "/settings", "/rooms/general", "/api/rooms"];
  await app.withoutKV(async () => {
    using _ = quiet();
    for (const path of paths) {
      const { status, headers, body } = await ada.get(path);
      assertEquals([status, headers.get("retry-after")], [503, "1"], path);
      assert(!JSON.stringify(body).includes("KV is away"), path);
    }
    const form = new URLSearchParams({ name: "Ada" });
    const { status } = await ada.ask("/", { method: "POST", body: form });
    assertEquals(status, 503);
  });
  assertEquals((await ada.get("/")).status, 200);
});
