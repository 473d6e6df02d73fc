// Which address a request counts for.
import { assertEquals } from "@std/assert";
import { addressOf } from "../../../../lib/web/http/rate_limits.ts";

function addressed(hostname: string, forwarded?: string): string {
  const headers = new Headers();
  if (forwarded !== undefined) headers.set("x-forwarded-for", forwarded);
  const info = {
    remoteAddr: { transport: "tcp", hostname, port: 1 },
    completed: Promise.resolve(),
  } as Deno.ServeHandlerInfo;
  const req = new Request("http://app.test/", { headers });
  return addressOf(req, info, forwarded !== undefined);
}

Deno.test("An address counts as one, however it is spelled (T18)", () => {
  for (
    const [address, spellings] of [
      ["203.0.113.7", [
        "203.0.113.7:5123",
        "::ffff:203.0.113.7",
        "::ffff:cb00:7107",
        "[::ffff:203.0.113.7]:80",
      ]],
      ["2001:db8:1:2", [
        "2001:db8:1:2::5",
        "2001:0DB8:0001:0002:0:0:0:9",
        "[2001:db8:1:2::5]:443",
        "[2001:db8:1:2::5]",
        "2001:db8:1:2:ffff::%eth0",
      ]],
      ["0:0:0:0", ["::1", "0:0:0:0:0:0:0:1", "[::1]:80"]],
    ] as const
  ) {
    for (const spelling of spellings) {
      assertEquals(addressed(spelling), address, spelling);
      assertEquals(addressed("10.0.0.1", spelling), address, spelling);
    }
  }
});

Deno.test("Behind a proxy the last address counts, and another's invention does not (T18)", () => {
  assertEquals(addressed("10.0.0.1", "1.1.1.1, 203.0.113.7:99"), "203.0.113.7");
  assertEquals(addressed("10.0.0.1", ""), "10.0.0.1");
  assertEquals(addressed("10.0.0.1", "unknown"), "unknown");
});
