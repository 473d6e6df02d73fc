// Files up and down through the whole HTTP path, beside a bare KV that takes and gives the same pieces.
import { randomFrom } from "../support/random.ts";
import { Person } from "../support/person.ts";
import { startServer } from "../support/server.ts";
import {
  begin,
  bytesOf,
  cut,
  type CutFile,
  finish,
  pathOf,
  send,
} from "../support/upload.ts";
import { memoryOf } from "./process.ts";
import { type Effort, Pushers } from "./push.ts";
import type { Subject } from "./subject.ts";
import { median, type Row, timeOf } from "./table.ts";

const SIZE = 20_000_000;
const LANES = 6; // pieces that are under way at once: a browser opens as many connections to a host
const TRANSFERS = 10; // at once, to see what each takes up
const GENERAL = "room:general";
const random = randomFrom(18);

/** MB/s of a file of `SIZE`. */
const rateOf = async (run: () => Promise<unknown>) =>
  SIZE / 1_000 / await timeOf(run);

/** Does something with each piece, six at once. */
async function inLanes<T>(
  pieces: readonly T[],
  lane: (next: () => T | undefined) => Promise<void>,
): Promise<void> {
  const left = [...pieces];
  const next = () => left.shift(); // in order, as browsers send them
  await Promise.all(Array.from({ length: LANES }, () => lane(next)));
}

async function upload(person: Person, file: CutFile): Promise<void> {
  await begin(person, file);
  await inLanes(file.pieces, async (next) => {
    using connection = await connect(person.url);
    for (let piece = next(); piece; piece = next()) {
      await connection.put(person, file, piece);
    }
  });
  const { status } = await finish(person, file);
  if (status !== 200) throw new Error(`Ending it was answered ${status}`);
}

/** A plain connection: `fetch` waits 44 ms where it sends more than a kilobyte. */
async function connect(url: string) {
  const { hostname, port, host } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  connection.setNoDelay();
  const buffer = new Uint8Array(2 ** 16);
  const head = (person: Person, method: string, path: string, more = "") =>
    new TextEncoder().encode(
      `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\ncookie: ${person.cookie}\r\n${more}\r\n`,
    );
  const write = async (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length;) {
      at += await connection.write(bytes.subarray(at));
    }
  };
  /** Reads an answer with the bytes of its body; throws for one of another status. */
  const answer = async (status: number, size: number) => {
    let text = "";
    let end = -1;
    let got = 0;
    while (end < 0 || got < end + 4 + size) {
      const read = await connection.read(buffer);
      if (read === null) throw new Error(`The server hung up after ${text}`);
      got += read;
      if (end >= 0) continue;
      text += new TextDecoder("latin1").decode(buffer.subarray(0, read));
      end = text.indexOf("\r\n\r\n");
      if (!text.startsWith(`HTTP/1.1 ${status} `)) throw new Error(text);
    }
  };
  return {
    async put(
      person: Person,
      { id }: CutFile,
      [name, bytes]: CutFile["pieces"][number],
      part = 1,
    ) {
      const length = `content-length: ${bytes.length}\r\n`;
      const path = `/api/uploads/${id}/${name}`;
      const start = head(person, "PUT", path, length);
      const request = new Uint8Array(start.length + bytes.length);
      request.set(start);
      request.set(bytes, start.length);
      await write(request.subarray(0, part * request.length));
      if (part === 1) await answer(204, 0);
    },
    async get(person: Person, path: string, size: number) {
      await write(head(person, "GET", path));
      await answer(200, size);
    },
    /** Asks, and reads nothing. */
    ask: (person: Person, path: string) => write(head(person, "GET", path)),
    [Symbol.dispose]: () => connection.close(),
  };
}

const content = bytesOf(SIZE, random);
let files = 0;

/** A file that was not uploaded before: its first piece is another, which costs no time. */
function newFile(): CutFile {
  const bytes = content.slice();
  new DataView(bytes.buffer).setUint32(0, ++files);
  return cut(bytes);
}

/** Uploads, sends and downloads files, one after the other, in turns with a KV of our own. */
export async function benchFiles(
  folder: string,
  rounds: number,
): Promise<Row[]> {
  const path = `${folder}/files`;
  await using server = await startServer({
    DENO_KV_PATH: path,
    HOST: "127.0.0.1",
  });
  const ada = await Person.signIn(server.url, "Ada");
  using kv = await Deno.openKv(`${folder}/pieces`);
  const rates: Record<"up" | "down" | "set" | "get", number[]> = {
    ...{ up: [], down: [], set: [], get: [] },
  };
  const before = await bytesAt(path);
  for (let round = 0; round < rounds; round++) {
    const file = newFile();
    rates.up.push(await rateOf(() => upload(ada, file)));
    rates.set.push(
      await rateOf(() =>
        inLanes(file.pieces, async (next) => {
          for (let piece = next(); piece; piece = next()) {
            await kv.set(["piece", round, piece[0]], piece[1]);
          }
        })
      ),
    );
    const message = await send(ada, GENERAL, [{ id: file.id }]);
    const url = pathOf(GENERAL, message, file);
    using connection = await connect(server.url);
    rates.down.push(await rateOf(() => connection.get(ada, url, SIZE)));
    rates.get.push(
      await rateOf(async () => {
        for (const [name] of file.pieces) await kv.get(["piece", round, name]);
      }),
    );
  }
  const stored = await bytesAt(path) - before;
  const against = "bare KV, the same pieces";
  return [{
    what: "upload of 20 MB",
    figure: median(rates.up),
    floor: median(rates.set),
    unit: "MB/s",
    target: ">= 50 %",
    against,
  }, {
    what: "download of 20 MB",
    figure: median(rates.down),
    floor: median(rates.get),
    unit: "MB/s",
    target: ">= 50 %",
    against,
  }, {
    what: "stored of a file",
    figure: stored / rounds / SIZE,
    unit: "B/B sent",
  }];
}

/** How large a database of SQLite is; what its write-ahead log has besides is in it sooner or later. */
const bytesAt = async (path: string) => (await Deno.stat(path)).size;

/** What each of ten uploads that have stopped in the middle of six pieces, and of ten downloads that nobody reads on, adds to the server's memory. */
export async function benchTransferMemory(folder: string): Promise<Row[]> {
  await using server = await startServer({
    DENO_KV_PATH: `${folder}/transfers`,
    HOST: "127.0.0.1",
  });
  const ada = await Person.signIn(server.url, "Ada");
  const files = Array.from({ length: TRANSFERS }, newFile);
  const [first] = files;
  /** In KiB, once it changes no more. */
  const memory = async () => {
    for (let before = 0;;) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      const now = await memoryOf(server.pid);
      if (Math.abs(now - before) < 500) return now;
      before = now;
    }
  };
  // What any work makes the heap grow is not the transfers'.
  for (let i = 0; i < 3; i++) {
    await Promise.all(files.map((file) => upload(ada, file)));
    for (const { id } of files) {
      await ada.ask(`/api/uploads/${id}`, { method: "DELETE" });
    }
  }
  for (const file of files) await begin(ada, file);
  const beforeUploads = await memory();
  using uploads = new DisposableStack();
  for (const file of files) {
    for (const piece of file.pieces.slice(0, LANES)) {
      const connection = uploads.use(await connect(server.url));
      await connection.put(ada, file, piece, .9);
    }
  }
  const withUploads = await memory();
  uploads.dispose();

  await upload(ada, first);
  const message = await send(ada, GENERAL, [{ id: first.id }]);
  const path = pathOf(GENERAL, message, first);
  const read = async () => {
    using connection = await connect(server.url);
    await connection.get(ada, path, SIZE);
  };
  for (let i = 0; i < 3; i++) await Promise.all(files.map(read));
  const beforeDownloads = await memory();
  using downloads = new DisposableStack();
  for (let i = 0; i < TRANSFERS; i++) {
    const connection = downloads.use(await connect(server.url));
    await connection.ask(ada, path);
  }
  const withDownloads = await memory();
  const row = (what: string, before: number, after: number): Row => ({
    what: `memory per ${what}, ${TRANSFERS} under way`,
    figure: Math.max(0, after - before) / 1_024 / TRANSFERS,
    floor: 1,
    unit: "MiB",
    target: "<= 100 %",
    against: "the goal",
  });
  return [
    row("upload", beforeUploads, withUploads),
    row("download", beforeDownloads, withDownloads),
  ];
}

/** How long pushes take at the worst while four files are uploaded, beside how long they take alone. */
export async function benchPushBesideUploads(
  app: Subject,
  folder: string,
  { rounds, length }: Effort,
): Promise<Row> {
  await using server = await app.start(`${folder}/beside`, 8);
  const pushers = new Pushers(server, 8);
  const ada = await Person.signIn(server.url, "Ada");
  const alone: number[] = [];
  const beside: number[] = [];
  for (let round = 0; round < rounds; round++) {
    alone.push((await pushers.push(length)).p99);
    let done = false;
    const uploads = Array.from({ length: 4 }, async () => {
      while (!done) await upload(ada, newFile());
    });
    beside.push((await pushers.push(length)).p99);
    done = true;
    await Promise.all(uploads);
  }
  return {
    what: "p99 of pushes beside four uploads",
    figure: median(beside),
    floor: median(alone),
    unit: "ms",
    target: "<= 200 %",
    against: "without",
  };
}
