// A browser that has Web Locks and gives none.
import { assertEquals } from "@std/assert";

Deno.test("A client opens also where the browser refuses it a lock (R4)", async () => {
  Object.defineProperty(navigator, "locks", {
    value: {
      request: () => Promise.reject(new DOMException("", "SecurityError")),
    },
  });
  // It looks for locks once, when it is loaded.
  const { live } = await import("../../../../lib/replica/local/web_locks.ts");
  const die = await live("ada/s", 0, "c");
  assertEquals(die(), undefined);
});
