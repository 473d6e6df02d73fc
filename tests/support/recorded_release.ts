// What an earlier release has left behind, as `tests/fixtures/make.ts` records it.
import { DatabaseSync } from "node:sqlite";
import { gzipSync } from "node:zlib";
import type { BrowserContextOptions, Page } from "playwright-core";
import type { Device } from "./browser.ts";
import { permitted } from "./permitted.ts";
import { Person } from "./person.ts";
import { type Server, startServer } from "./server.ts";
import { shiftClock } from "./shifted_clock.ts";

type Who = { userID: string; cookie: string };
type Room = { roomID: string; space: string };

/** Who and what is in a recording. */
export type Recording = {
  /** When it was made, in milliseconds since 1970. */
  madeAt: number;
  /** Where its server listened. */
  url: string;
  /** The owner of both rooms, whose device was recorded. */
  ada: Who;
  /** A member of both. */
  bob: Who;
  /** A public room. */
  engines: Room;
  /** A private one. */
  nest: Room;
  /** Paths: an invitation to the private room that holds, and Ada's sign-in link. */
  invitation: string;
  signInLink: string;
  /** What is unsent on the device: messages and a change, in the public room. */
  unsent: string[];
  changed: string;
  /** What is only typed there, in the public room. */
  draft: string;
  begunEdit: string;
  /** What was taken from the box of the private room and is not in the outbox. */
  leaving: string;
};

/** The page of the public room as the release served it to Ada, with all its scripts by path. */
export type RecordedPage = {
  path: string;
  headers: Record<string, string>;
  html: string;
  scripts: Record<string, string>;
};

type StorageState = Exclude<
  NonNullable<BrowserContextOptions["storageState"]>,
  string
>;

const FIXTURES = "tests/fixtures";

/** The names of all recordings. */
export const releases: string[] = permitted
  ? [...Deno.readDirSync(FIXTURES)].map(({ name }) => name)
    .filter((name) => name.startsWith("release_"))
  : [];

/** A recording whose store is served by today's server, an hour after it was made. */
export class ServedRelease implements AsyncDisposable {
  #server!: Server;
  readonly #temporary = Deno.makeTempDirSync();

  private constructor(
    private readonly folder: string,
    readonly recording: Recording,
    /** What clocks are ahead of this machine's, in milliseconds. */
    readonly clockOffset: number,
  ) {}

  /** @param prepare is called with the copy of the store, before it is served. */
  static async serve(
    name: string,
    prepare?: (recording: Recording, store: string) => Promise<void>,
  ): Promise<ServedRelease> {
    const folder = `${FIXTURES}/${name}`;
    const recording: Recording = JSON.parse(
      await Deno.readTextFile(`${folder}/recording.json`),
    );
    const clockOffset = recording.madeAt + 60 * 60_000 - Date.now();
    const release = new ServedRelease(folder, recording, clockOffset);
    const store = `${release.#temporary}/kvetch.sqlite3`;
    await Deno.writeFile(store, await readGzip(`${folder}/store.db`));
    // KV itself lets things expire, by the machine's clock.
    const database = new DatabaseSync(store);
    database.prepare(
      "UPDATE kv SET expiration_ms = expiration_ms - ? WHERE expiration_ms > 0",
    ).run(clockOffset);
    database.close();
    await prepare?.(recording, store);
    const env = { DENO_KV_PATH: store };
    release.#server = await startServer(env, { clockOffset });
    return release;
  }

  get url(): string {
    return this.#server.url;
  }

  /** The owner and the member without a browser, in the sessions that they had. */
  people(): { ada: Person; bob: Person } {
    const person = (name: "Ada" | "Bob", who: Who) =>
      Object.assign(new Person(this.url, name), who);
    const { ada, bob } = this.recording;
    return { ada: person("Ada", ada), bob: person("Bob", bob) };
  }

  /** A new page on the recorded device, with all that it had stored. */
  async openDevice(
    device: Device,
    options: BrowserContextOptions = {},
  ): Promise<Page> {
    const storageState = await readJSON<StorageState>(
      `${this.folder}/device.json`,
    );
    const [origin] = storageState.origins;
    origin.origin = this.url;
    const { cookie } = this.recording.ada;
    return await this.#open(device, cookie, {
      ...options,
      storageState: { cookies: [], origins: [origin] },
    });
  }

  /** A page on a new device of the member's, in the session that he had. */
  openBob(device: Device): Promise<Page> {
    return this.#open(device, this.recording.bob.cookie);
  }

  async #open(
    device: Device,
    cookie: string,
    options?: BrowserContextOptions,
  ): Promise<Page> {
    const page = await device(this.url, options);
    const [name, value] = cookie.split("=");
    await page.context().addCookies([{ name, value, url: this.url }]);
    await page.context().addInitScript(shiftClock, this.clockOffset);
    return page;
  }

  readPage(): Promise<RecordedPage> {
    return readJSON(`${this.folder}/page.json`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
    await Deno.remove(this.#temporary, { recursive: true });
  }
}

const readJSON = async <T>(path: string): Promise<T> =>
  JSON.parse(new TextDecoder().decode(await readGzip(path)));

async function readGzip(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const file = await Deno.open(`${path}.gz`);
  return await new Response(
    file.readable.pipeThrough(new DecompressionStream("gzip")),
  ).bytes();
}

/** Writes bytes, or a value as JSON, to the file with `.gz` after its name. */
export async function writeGzip(
  path: string,
  content: unknown,
): Promise<void> {
  const bytes = content instanceof Uint8Array
    ? content
    : new TextEncoder().encode(JSON.stringify(content));
  await Deno.writeFile(`${path}.gz`, gzipSync(bytes, { level: 9 }));
}
