// What dead clients have left, and who waits for it.
import { assertEquals, assertRejects } from "@std/assert";
import type { Pusher } from "replicache";
import { Unanswered } from "../../../../lib/replica/http/transport.ts";
import type { Outbox, Unsent } from "../../../../lib/replica/outbox/outbox.ts";
import { permitted } from "../../../support/permitted.ts";

const OK = { httpRequestInfo: { httpStatusCode: 200, errorMessage: "" } };

Deno.test({
  name:
    "What is made waits until the server has what dead clients left, however often that fails (R4)",
  ignore: !permitted, // Replicache reads the environment
  async fn() {
    const { Left } = await import("../../../../lib/replica/outbox/recovery.ts");
    let unsent = [{ groupID: "dead", clientID: "d", mutationID: 1 } as Unsent];
    const outbox = {
      all: () => Promise.resolve(unsent),
      group: () => Promise.resolve(undefined),
      sent: () => Promise.resolve(void (unsent = [])),
    } as unknown as Outbox;
    let away = true;
    const pushed: string[] = [];
    const left = new Left("ada/s", outbox, (request) => {
      const { clientGroupID } = request as { clientGroupID: string };
      pushed.push(clientGroupID);
      // It is back just when the first has given up.
      return away && clientGroupID === "dead"
        ? Promise.reject(new Unanswered())
        : Promise.resolve(OK);
    });
    const push = () =>
      left.pusher({ clientGroupID: "alive" } as Parameters<Pusher>[0], "");
    await assertRejects(push, Unanswered);
    await assertRejects(push, Unanswered);
    away = false;
    await push();
    await push();
    assertEquals(pushed, ["dead", "dead", "dead", "alive", "alive"]);
  },
});
