// Whether this instance can serve: it can when KV answers and takes writes.
import { methods } from "../lib/web/http/handlers.ts";
import { failure } from "../lib/web/http/errors.ts";

export const handler = methods({
  async GET({ state }) {
    const health = await state.storeHealth.check();
    if (health === "ok") return Response.json({ ok: true });
    const [code, message] = health === "full"
      ? ["disk-full", "The disk is full: nothing can be saved."]
      : ["unavailable", "The storage does not answer, or takes no writes."];
    return failure(503, code, message, { "retry-after": "2" });
  },
});
