// `deno task upstream`: from the stand-ins to JSR, and back.
import { assert, assertEquals } from "@std/assert";
import { permitted } from "../support/permitted.ts";

type Config = { imports: Record<string, string>; links?: string[] };

const read = async (path: string): Promise<Config> =>
  JSON.parse(await Deno.readTextFile(path));

Deno.test({
  name:
    "switching to upstream takes out the links and nothing else, and back again nothing has changed",
  ignore: !permitted,
  async fn() {
    const folder = await Deno.makeTempDir();
    const file = `${folder}/deno.json`;
    const run = async (name: string, args: string[]) => {
      const command = new Deno.Command(name, { args, cwd: folder });
      const { success, stderr } = await command.output();
      assert(success, new TextDecoder().decode(stderr));
    };
    // Without a config: there is no JSR here to resolve its names from.
    const script = "lib/standins/upstream.ts";
    const flip = () =>
      run(Deno.execPath(), ["run", "--no-config", "-A", script]);
    try {
      await run("cp", ["-R", `${Deno.cwd()}/deno.json`, "."]);
      await run("mkdir", ["lib"]);
      await run("cp", ["-R", `${Deno.cwd()}/lib/standins`, "lib"]);
      if (!(await read(file)).links) await flip(); // this run is on upstream
      const before = await Deno.readTextFile(file);
      const { links, ...rest } = await read(file);
      assert(links && links.length > 0);
      await flip();
      assertEquals(await read(file), rest);
      await flip();
      // Those of somebody else's, as of a copy of upstream, are not kept.
      const after = await read(file);
      assertEquals(after.links, [
        "lib/standins/assert",
        "lib/standins/fresh",
        "lib/standins/ulid",
      ]);
      assertEquals({ ...after, links }, JSON.parse(before));
      await flip();
      await flip();
      assertEquals(await read(file), after);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "deno.json names all that the stand-ins import, as it does",
  ignore: !permitted,
  async fn() {
    const own = await read("lib/standins/fresh/deno.json");
    const { imports } = await read("deno.json");
    for (const [name, place] of Object.entries(own.imports)) {
      assertEquals(imports[name], place, name);
    }
  },
});
