// A large file up and down a network that loses requests, from servers that are killed.
import { assert, assertEquals } from "@std/assert";
import { permitted } from "./support/permitted.ts";
import { Person } from "./support/person.ts";
import { randomFrom } from "./support/random.ts";
import { chosenSeed } from "./support/seeds.ts";
import { type Server, startServer } from "./support/server.ts";
import {
  begin,
  bytesOf,
  cut,
  type CutFile,
  finish,
  pathOf,
  put,
  send,
} from "./support/upload.ts";

const SIZE = 20_000_000;
const LOST = 0.1; // of requests, or their answers
const LANES = 4; // pieces that are under way at once

/** A server that is killed when it is told to, and started again on the same store. */
class KilledServer implements AsyncDisposable {
  kills = 0;
  #server: Promise<Server>;

  constructor(private readonly env: Record<string, string>) {
    this.#server = startServer(env);
  }

  async kill(): Promise<void> {
    this.kills++;
    const server = this.#server;
    this.#server = server.then((old) => old.kill()).then(() =>
      startServer(this.env)
    );
    await this.#server;
  }

  async send(request: Request): Promise<Response> {
    const { url } = await this.#server;
    const { pathname, search } = new URL(request.url);
    return await fetch(new Request(url + pathname + search, request));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#server).kill();
  }
}

/** Uploads what is missing until nothing is. */
async function uploadAnyway(person: Person, file: CutFile): Promise<void> {
  for (;;) {
    try {
      const { body } = await begin(person, file);
      if (body.file) return;
      const missing = new Set(body.missing);
      const left = file.pieces.filter(([name]) => missing.has(name));
      const lane = async () => {
        for (let piece = left.pop(); piece; piece = left.pop()) {
          await put(person, file, piece).catch(() => {});
        }
      };
      await Promise.all(Array.from({ length: LANES }, lane));
      if ((await finish(person, file)).status === 200) return;
    } catch { /* a request was lost: we ask how it stands */ }
  }
}

/** Downloads a file from where it broke off, until it is there; `onBytes` is told how far it is. */
async function downloadAnyway(
  person: Person,
  path: string,
  size: number,
  onBytes: (got: number) => void,
) {
  const bytes = new Uint8Array(size);
  let breaks = 0;
  for (let got = 0; got < size;) {
    try {
      const { body } = await person.fetch(path, {
        headers: { range: `bytes=${got}-` },
      });
      for await (const chunk of body!) {
        bytes.set(chunk, got);
        got += chunk.length;
        onBytes(got);
      }
    } catch {
      breaks++;
    }
  }
  return { bytes, breaks };
}

Deno.test({
  name:
    "20 MB are the same after ten servers were killed and a tenth of all requests lost, up and down (T61, T65)",
  ignore: !permitted,
  async fn() {
    const seed = chosenSeed();
    const random = randomFrom(seed);
    const folder = await Deno.makeTempDir();
    const env = { DENO_KV_PATH: `${folder}/kv.sqlite3` };
    try {
      await using server = new KilledServer(env);
      let lossy = false;
      let requests = 0;
      const ada = await Person.signIn(
        "http://app.test",
        "Ada",
        async (request) => {
          const isLost = lossy && random.chance(LOST);
          if (isLost && random.chance(0.5)) throw new TypeError("It is lost.");
          if (lossy && ++requests % 60 === 0 && server.kills < 5) {
            await server.kill();
          }
          const answer = await server.send(request);
          if (!isLost) return answer;
          await answer.body?.cancel();
          throw new TypeError("Its answer is lost.");
        },
      );
      const file = cut(bytesOf(SIZE, random));
      lossy = true;
      await uploadAnyway(ada, file);
      lossy = false;
      assertEquals(server.kills, 5);

      const message = await send(ada, "room:general", [{ id: file.id }]);
      lossy = true;
      requests = 0;
      const path = pathOf("room:general", message, file);
      let killing = Promise.resolve();
      const { bytes, breaks } = await downloadAnyway(ada, path, SIZE, (got) => {
        if (got > SIZE / 6 * (server.kills - 4) && server.kills < 10) {
          killing = server.kill();
        }
      });
      await killing;
      assertEquals(server.kills, 10);
      assert(breaks >= 1, `${breaks}`);
      assertEquals(cut(bytes).id, file.id, `SEED=${seed}`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
