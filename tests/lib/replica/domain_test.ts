// The domain of the READMEs, both halves: the engine's serves a page that the replica's makes live.
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest, type Device } from "../../support/browser.ts";
import { permitted } from "../../support/permitted.ts";
import { bundle } from "../../support/replica.ts";
import { writeExample } from "../../support/todo_example.ts";

type Server = (
  kv: Deno.Kv,
  userOf: (of: Request) => { userID: string },
) => Promise<(request: Request) => Promise<Response>>;

const PAGE = `<!doctype html>
<form><input aria-label="To do"></form><ul></ul><output></output>
<script type="module">
  import { showTodos } from "/page.js";
  await showTodos(location.hash.slice(1));
</script>`;

/** Serves the example's page, script and endpoints. */
async function serveExample() {
  await using folder = await writeExample();
  const script = await bundle(`${folder.path}/page.ts`);
  const { server }: { server: Server } = await import(
    `file://${folder.path}/server.ts`
  );
  const kv = await Deno.openKv(":memory:");
  const handle = await server(kv, (request) => ({
    userID: request.headers.get("authorization")!,
  }));
  const html = { headers: { "content-type": "text/html" } };
  const js = { headers: { "content-type": "text/javascript" } };
  const end = new AbortController();
  const http = Deno.serve(
    {
      port: 0,
      hostname: "localhost",
      signal: end.signal,
      onListen() {},
    },
    (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/") return new Response(PAGE, html);
      if (pathname === "/page.js") return new Response(script, js);
      return handle(request);
    },
  );
  return {
    url: `http://localhost:${http.addr.port}`,
    async [Symbol.asyncDispose]() {
      end.abort(); // streams that are open, too
      await http.finished;
      kv.close();
    },
  };
}

async function openList(device: Device, url: string, user: string) {
  const page = await device(url);
  await page.goto(`/#${user}`);
  await page.getByText("online, 0 unsent").waitFor();
  return page;
}

const add = async (page: Page, text: string) => {
  await page.getByRole("textbox").fill(text);
  await page.getByRole("textbox").press("Enter");
};

const item = (page: Page, text: string) =>
  page.getByRole("listitem").filter({ hasText: text });

browserTest(
  "The README's list of to-dos works instantly, offline and together",
  async (device) => {
    await using server = await serveExample();
    const ada = await openList(device, server.url, "ada");
    const bob = await openList(device, server.url, "bob");
    await add(ada, "Milk");
    await item(bob, "Milk (ada)").waitFor();
    await ada.getByText("online, 0 unsent").waitFor(); // she knows of it, too

    await ada.context().setOffline(true);
    await ada.getByText("offline, 0 unsent").waitFor();
    await add(ada, "Bread");
    await item(ada, "Bread (ada)").waitFor();
    await ada.getByText("offline, 1 unsent").waitFor();
    await add(bob, "Tea");
    await ada.context().setOffline(false);
    await item(bob, "Bread (ada)").waitFor();
    await item(ada, "Tea (bob)").waitFor();
    await ada.getByText("online, 0 unsent").waitFor();

    // It is not his: his own browser says so, before it asks the server.
    const refused = bob.waitForEvent("dialog");
    const click = item(bob, "Milk").click();
    const dialog = await refused;
    assertEquals(dialog.message(), "Error: Not yours.");
    await dialog.accept();
    await click;
    await item(ada, "Milk").click();
    await item(bob, "Milk").waitFor({ state: "detached" });
    assertEquals(
      (await bob.getByRole("listitem").allInnerTexts()).toSorted(),
      ["Bread (ada)", "Tea (bob)"],
    );
  },
);

Deno.test({
  name: "The README's page has the types that it says",
  ignore: !permitted,
  async fn() {
    await using folder = await writeExample();
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "-q", "--config", "deno.json", `${folder.path}/page.ts`],
    }).output();
    assertEquals([success, new TextDecoder().decode(stderr)], [true, ""]);
  },
});
