// Rejections in a replica: what the server refused is there to be read, and goes once dismissed.
import { assert, assertEquals } from "@std/assert";
import type { WriteTransaction } from "replicache";
import {
  dismissRejection,
  rejectionsIn,
} from "../../../lib/replica/rejections.ts";
import { permitted } from "../../support/permitted.ts";
import { Person } from "../../support/person.ts";
import { openReplicant } from "../../support/replicache.ts";
import { startServer } from "../../support/server.ts";

Deno.test({
  name:
    "A mutation that the server refused is a rejection for its author, until dismissed on any device",
  ignore: !permitted, // Replicache reads the environment, and the app is served
  // Replicache keeps timers of its own for some time after it was closed.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using server = await startServer();
    const ada = await Person.signIn(server.url, "Ada");
    await ada.post("/api/rooms/general/members", {});
    const open = () =>
      openReplicant(
        ada,
        "room:general",
        {
          // Of an app that is newer than the server.
          async pinMessage(_tx: WriteTransaction, _args: { id: string }) {},
          dismissRejection,
        },
      );
    const [laptop, phone] = [await open(), await open()];
    await laptop.rep.mutate.pinMessage({ id: "m1" });
    const clientID = await laptop.rep.clientID;
    const expected = {
      clientID,
      mutationID: 1,
      name: "pinMessage",
      args: { id: "m1" },
      code: "unknown-mutator",
    };
    for (const { until } of [laptop, phone]) {
      const found = await until(rejectionsIn, ({ length }) => length > 0);
      const { message: _, at, ...rejection } = found[0];
      assert(at <= Date.now());
      assertEquals([rejection, found.length], [expected, 1]);
    }

    await phone.rep.mutate.dismissRejection({ clientID, mutationID: 1 });
    for (const { until } of [laptop, phone]) {
      await until(rejectionsIn, ({ length }) => length === 0);
    }
    await laptop.close();
    await phone.close();
  },
});
