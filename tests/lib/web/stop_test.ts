// A stop: what fails to end keeps nothing else from ending.
import { assertEquals } from "@std/assert";
import { allEnded } from "../../../lib/web/stop.ts";
import { quiet } from "../../support/quiet.ts";

Deno.test("All is waited for at a stop, though some of it fails to end, which is logged (T55)", async () => {
  using errors = quiet();
  const slow = Promise.withResolvers<void>();
  let ended = false;
  const ending = allEnded(
    Promise.reject("the first"),
    slow.promise.then(() => void (ended = true)),
    Promise.reject("the third"),
  );
  const first = await Promise.race([ending, Promise.resolve("waiting")]);
  assertEquals(first, "waiting");
  slow.resolve();
  await ending;
  assertEquals(ended, true);
  assertEquals(errors.told.map(([, why]) => why), ["the first", "the third"]);
});
