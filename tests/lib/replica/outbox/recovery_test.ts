// What dead clients have not sent, and who waits for it.
import { assertEquals, assertRejects } from "@std/assert";
import type { Pusher } from "replicache";
import { NoAnswerError } from "../../../../lib/replica/http/transport.ts";
import type {
  Outbox,
  UnsentMutation,
} from "../../../../lib/replica/outbox/outbox.ts";
import { permitted } from "../../../support/permitted.ts";

const OK = { httpRequestInfo: { httpStatusCode: 200, errorMessage: "" } };

Deno.test({
  name:
    "What is made waits until the server has what dead clients left, however often that fails (R4)",
  ignore: !permitted, // Replicache reads the environment
  async fn() {
    const { Recovery } = await import(
      "../../../../lib/replica/outbox/recovery.ts"
    );
    let unsent = [
      { groupID: "dead", clientID: "d", mutationID: 1 } as UnsentMutation,
    ];
    const outbox = {
      all: () => Promise.resolve(unsent),
      group: () => Promise.resolve(undefined),
      remove: () => Promise.resolve(void (unsent = [])),
    } as unknown as Outbox;
    let away = true;
    const pushed: string[] = [];
    const recovery = new Recovery("ada/s", outbox, (request) => {
      const { clientGroupID } = request as { clientGroupID: string };
      pushed.push(clientGroupID);
      // It is back just when the first has given up.
      return away && clientGroupID === "dead"
        ? Promise.reject(new NoAnswerError())
        : Promise.resolve(OK);
    });
    const push = () =>
      recovery.pusher({ clientGroupID: "alive" } as Parameters<Pusher>[0], "");
    await assertRejects(push, NoAnswerError);
    await assertRejects(push, NoAnswerError);
    away = false;
    await push();
    await push();
    assertEquals(pushed, ["dead", "dead", "dead", "alive", "alive"]);
  },
});
