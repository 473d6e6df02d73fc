// The README's own domain does what the README says: its lines are taken from there and run.
import { assert, assertEquals } from "@std/assert";
import type { User } from "../../../lib/sync/mod.ts";
import { eventsOf } from "../../support/events.ts";
import { permitted } from "../../support/permitted.ts";
import { readExample, writeExample } from "../../support/todo_example.ts";

/** What the README's lines export. */
type Example = {
  server(
    kv: Deno.Kv,
    userOf: (of: Request) => User,
  ): Promise<(request: Request) => Promise<Response>>;
};

Deno.test({
  name: "The README's domain takes pushes, pulls and pokes, in 40 lines",
  ignore: !permitted,
  async fn() {
    const files = Object.values(await readExample("lib/sync"));
    const lines = files.join("").split("\n")
      .filter((line) => line.trim() !== "" && !line.trim().startsWith("//"));
    assert(lines.length <= 40, `It has ${lines.length} lines of code`);
    await using folder = await writeExample();
    const example: Example = await import(`file://${folder.path}/server.ts`);

    using kv = await Deno.openKv(":memory:");
    const handle = await example.server(kv, (request) => ({
      userID: request.headers.get("authorization")!,
    }));
    const ask = async (path: string, userID: string, body: object) => {
      const response = await handle(
        new Request(`http://localhost${path}`, {
          method: "POST",
          headers: { authorization: userID },
          body: JSON.stringify({
            schemaVersion: "1",
            clientGroupID: `group of ${userID}`.replaceAll(" ", "-"),
            ...body,
          }),
        }),
      );
      return await response.json();
    };
    const push = (userID: string, id: number, name: string, args: object) =>
      ask("/push", userID, {
        pushVersion: 1,
        mutations: [{ clientID: userID, id, name, args }],
      });
    const pull = (userID: string, cookie: unknown = null) =>
      ask("/pull", userID, { pullVersion: 1, cookie });

    const poke = await handle(new Request("http://localhost/poke"));
    const events = eventsOf(poke.body!.getReader());
    const told = async () => (await events.next()).value?.data;
    assertEquals(await told(), { space: "list", version: 1 });

    const milk = { id: "milk", text: "Milk" };
    assertEquals(await push("ada", 1, "createTodo", milk), {});
    assertEquals(await told(), { space: "list", version: 2 });
    const first = await pull("bob");
    assertEquals(first.patch.slice(0, 2), [
      { op: "clear" },
      { op: "put", key: "title", value: "To do" },
    ]);
    const { key, value } = first.patch[2];
    assertEquals([key, value.text, value.by], ["todo/milk", "Milk", "ada"]);

    assertEquals(await push("bob", 1, "deleteTodo", milk), {});
    const second = await pull("bob", first.cookie);
    assertEquals(second.lastMutationIDChanges, { bob: 1 });
    assertEquals(second.patch.length, 1);
    assertEquals(second.patch[0].key, "rejection/bob/1");
    assertEquals(second.patch[0].value.code, "not-yours");

    assertEquals(await push("ada", 2, "deleteTodo", milk), {});
    const third = await pull("bob", second.cookie);
    assertEquals(third.patch, [{ op: "del", key: "todo/milk" }]);
    await events.return(undefined);
  },
});

Deno.test({
  name: "The README's domain has the types that it says",
  ignore: !permitted,
  async fn() {
    await using folder = await writeExample();
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "check",
        "-q",
        "--config",
        "deno.json",
        `${folder.path}/server.ts`,
      ],
    }).output();
    assert(success, new TextDecoder().decode(stderr));
  },
});
