// Servers as processes: the lines of the page about bots are run as they stand there, and a kill loses no event of a hook.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { addHook, makeBot } from "./support/bots.ts";
import { HookReceiver } from "./support/hook_receiver.ts";
import { permitted } from "./support/permitted.ts";
import { Person } from "./support/person.ts";
import { randomFrom } from "./support/random.ts";
import { chosenSeed, soaking } from "./support/seeds.ts";
import { startServer } from "./support/server.ts";
import { folderTest } from "./support/with_folder.ts";
import { Writer } from "./support/writer.ts";

const KILLS = soaking ? 300 : 4;

/** A room with a bot. */
async function roomWithBot(url: string) {
  const ada = await Writer.signIn(url, "Ada");
  const { body } = await ada.person.post("/api/rooms", { name: "Nest" });
  const { roomID, space } = body as { roomID: string; space: string };
  const bot = await makeBot(ada.person, roomID, "Robot");
  return { ada, roomID, space, bot };
}

/** What the page has as lines of code, by the heading above them. */
async function linesOf(url: string): Promise<Map<string, string>> {
  const html = await (await fetch(`${url}/bots`)).text();
  const parts = html.matchAll(
    /<h2>([^<]*)<\/h2>(?:(?!<h2>)[^])*?<code>([^<]*)<\/code>/g,
  );
  return new Map([...parts].map(([, title, code]) => [title, unescape(code)]));
}

const unescape = (html: string) =>
  html.replaceAll("&lt;", "<").replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"').replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");

/** Runs lines in a shell; gives back what they print. */
async function inShell(
  lines: string,
  cwd: string,
  env: Record<string, string>,
): Promise<{ code: number; said: string }> {
  const { code, stdout } = await new Deno.Command("bash", {
    args: ["-c", `set -eu\n${lines}`],
    cwd,
    env: { ...env, no_proxy: "localhost" },
    stdin: "null",
    stderr: "null",
  }).output();
  return { code, said: new TextDecoder().decode(stdout) };
}

folderTest(
  "The lines of the page about bots do what they say, with curl, openssl and JavaScript (T116)",
  async (folder) => {
    await using receiver = HookReceiver.start();
    await using server = await startServer({ OUTGOING: "anywhere" });
    const { ada, roomID, space, bot } = await roomWithBot(server.url);
    const lines = await linesOf(server.url);
    const begin = lines.get("Before you begin")!
      .replace(/^ROOM=.*$/m, `ROOM=${roomID}`)
      .replace(/^TOKEN=.*$/m, `TOKEN=${bot.token}`);
    assert(begin.includes(`KVETCH=${server.url}`));
    const curl = (title: string) =>
      inShell(`${begin}\n${lines.get(title)}`, folder, {});
    const ids: string[] = [];
    for (
      const title of [
        "Write a message",
        "Write it once",
        "Write it once",
        "Write JSON, and answer",
      ]
    ) {
      const { code, said } = await curl(title);
      assertEquals(code, 0, `${title}: ${said}`);
      ids.push(JSON.parse(said).id);
    }
    assertEquals(ids[1], ids[2]);
    const { body } = await ada.person.pull(space, crypto.randomUUID());
    const messages = body.patch
      .filter(({ key = "" }) => key.startsWith("message/"))
      .map(({ value }: { value: { content: string } }) => value.content);
    assertEquals(messages.sort(), [
      "Build 4711 is green.",
      "Here you are.",
      "The build is **green**.",
    ]);

    const { secret } = await addHook(ada.person, roomID, bot.id, receiver.url);
    await ada.write("Robot, how are you?", space);
    await receiver.untilSome(() => true);
    const [{ signature, text }] = receiver.received;
    const shown = JSON.parse(lines.get("Hear what is written")!);
    assertEquals(shapeOf(JSON.parse(text)), shapeOf(shown));

    await Deno.writeTextFile(`${folder}/body.json`, text);
    const inOpenssl = (SIGNATURE: string, SECRET: string) =>
      inShell(lines.get("Know that it is us")!, folder, { SIGNATURE, SECRET });
    assertEquals((await inOpenssl(signature, secret)).said, "genuine\n");
    const [t] = signature.match(/\d+/)!;
    const later = signature.replace(t, `${Number(t) + 1}`);
    for (
      const [signed, by] of [[signature, `${secret}x`], [later, secret]]
    ) {
      const { code, said } = await inOpenssl(signed, by);
      assert(code !== 0);
      assertEquals(said, "");
    }
    const module = `${folder}/genuine.mjs`;
    await Deno.writeTextFile(module, lines.get("The same in JavaScript")!);
    const { isGenuine } = await import(`file://${module}`);
    assert(isGenuine(signature, text, secret));
    assert(!isGenuine(later, text, secret));
    assert(!isGenuine(signature, `${text} `, secret));
    assert(!isGenuine("", text, secret));
    assert(!isGenuine(signature.replace(t, "1"), text, secret));
  },
);

/** Which fields there are, of which types. */
const shapeOf = (value: unknown): unknown =>
  value !== null && typeof value === "object"
    ? Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, shapeOf(each)]),
    )
    : typeof value;

folderTest(
  `No event of a hook is lost by ${KILLS} kills between its commit and its request, and no message of a bot is written twice (T112, T114)`,
  async (folder) => {
    const seed = chosenSeed();
    const random = randomFrom(seed);
    await using receiver = HookReceiver.start();
    const env = { OUTGOING: "anywhere", DENO_KV_PATH: `${folder}/kv` };
    let server = await startServer(env);
    try {
      const { ada, roomID, space, bot } = await roomWithBot(server.url);
      await addHook(ada.person, roomID, bot.id, receiver.url);
      const committed: string[] = [];
      for (let n = 1; n <= KILLS; n++) {
        const id = `m${n}`;
        const { url } = server;
        const written = new Writer(at(ada.person, url))
          .push([["createMessage", { id, content: "Hello" }]], space)
          .then(() => void committed.push(id), () => {});
        const post = postAs(url, roomID, bot.token, `b${n}`).catch(() => {});
        if (random.chance(0.7)) await written;
        await new Promise((resolve) => setTimeout(resolve, random.below(150)));
        await server.kill();
        await Promise.all([written, post]);
        server = await startServer(env);
        // As one does who got no answer.
        await postAs(server.url, roomID, bot.token, `b${n}`);
      }
      await new Writer(at(ada.person, server.url))
        .push([["createMessage", { id: "last", content: "Bye" }]], space);
      // In order: what comes before it has been told.
      await receiver.untilSome(({ text }) =>
        JSON.parse(text).message.id === "last"
      );
      const told = new Set(
        receiver.received.map(({ text }) => JSON.parse(text).message.id),
      );
      const lost = committed.filter((id) => !told.has(id));
      assertEquals(lost, [], `SEED=${seed}`);
      assert(committed.length > 0);
      const { body } = await at(ada.person, server.url)
        .pull(space, crypto.randomUUID());
      const ofBot = body.patch
        .filter(({ key = "" }) => key.startsWith("message/"))
        .map(({ value }: { value: { content: string } }) => value.content)
        .filter((content: string) => /^b\d/.test(content)).sort();
      const each = Array.from({ length: KILLS }, (_, i) => `b${i + 1}`).sort();
      assertEquals(ofBot, each, `SEED=${seed}`);
    } finally {
      await server.kill();
    }
  },
);

/** Writes as a bot, once for each text. */
async function postAs(
  url: string,
  roomID: string,
  token: string,
  text: string,
): Promise<void> {
  const answer = await fetch(`${url}/api/rooms/${roomID}/messages`, {
    method: "POST",
    headers: {
      "authorization": `Bearer ${token}`,
      "content-type": "text/plain",
      "idempotency-key": text,
    },
    body: text,
  });
  await answer.body?.cancel();
  assert(answer.ok, `${answer.status}`);
}

/** The same person by way of another process. */
function at({ cookie, userID }: Person, url: string): Person {
  return Object.assign(new Person(url), { cookie, userID });
}

Deno.test({
  name:
    "A token that opens nothing is refused 60 times a minute from one address, and a bot writes 60 messages a minute (T18, T110)",
  ignore: !permitted,
  async fn() {
    await using server = await startServer({ RATE_LIMITS: "on" });
    const { roomID, bot } = await roomWithBot(server.url);
    const post = async (token: string) => {
      const answer = await fetch(`${server.url}/api/rooms/${roomID}/messages`, {
        method: "POST",
        headers: {
          "authorization": `Bearer ${token}`,
          "content-type": "text/plain",
        },
        body: "x",
      });
      await answer.body?.cancel();
      return answer;
    };
    const statuses: number[] = [];
    for (let n = 0; n < 61; n++) {
      statuses.push((await post("x".repeat(43))).status);
    }
    assertEquals(statuses.filter((status) => status === 401).length, 60);
    assertEquals(statuses.at(-1), 429);
    // It does not keep those from it who have a token.
    for (let n = 0; n < 60; n++) {
      assertEquals((await post(bot.token)).status, 201);
    }
    const late = await post(bot.token);
    assertEquals(late.status, 429);
    assertMatch(late.headers.get("retry-after")!, /^\d+$/);
  },
});
