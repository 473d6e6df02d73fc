// Whether this instance can serve: it can when KV answers.
import { methods } from "../lib/web/http/handlers.ts";
import { failure } from "../lib/web/http/errors.ts";

export const handler = methods({
  async GET({ state }) {
    try {
      await state.kv.get(["version", "directory"]);
      return Response.json({ ok: true });
    } catch (error) {
      console.error("KV does not answer", error);
      const message = "The storage does not answer.";
      return failure(503, "unavailable", message, { "retry-after": "1" });
    }
  },
});
