// What the bench measures: Replicache backends, each started as processes of its own.
import { Person } from "../support/person.ts";
import { startServer } from "../support/server.ts";

/** A running backend, and a room there; the peer has one only. */
export type Backend = AsyncDisposable & {
  name: SubjectName;
  url: string;
  /** Of the process that answers. */
  pid: number;
  /** That one, and what stores for it; their children count as well. */
  pids: number[];
  paths: { push: string; pull: string; poke: string };
  /** Of each person who is in the room, the header `cookie`; the peer knows no persons. */
  cookies: string[];
};

/** `before` is an earlier commit of this repository: see `before.ts`. */
export type SubjectName = "today" | "before" | "peer";

/** One of those that are measured in turns. */
export type Subject = {
  name: SubjectName;
  /**
   * Starts it with so many people in its room.
   * @param path of a KV file; the peer has a place of its own.
   */
  start(path: string, people: number): Promise<Backend>;
};

/** The app as it is here, or as it is built in `checkout`. */
export const app = (name: SubjectName, checkout?: string): Subject => ({
  name,
  async start(path, people) {
    const env = { DENO_KV_PATH: path, HOST: "127.0.0.1" };
    const server = await startServer(env, { checkout });
    try {
      return {
        name,
        url: server.url,
        pid: server.pid,
        pids: [server.pid],
        ...await enter(server.url, "general", people),
        [Symbol.asyncDispose]: () => server.kill(),
      };
    } catch (error) {
      await server.kill();
      throw error;
    }
  },
});

/** At once: what more of them make the app grow by at that moment is not what people take up. */
const MAX_ENTERING = 20;

/** So many new people enter a public room of the app: how it is reached there, and by whom. */
export async function enter(
  url: string,
  room: string,
  people: number,
): Promise<Pick<Backend, "paths" | "cookies">> {
  const enterOne = async (i: number) => {
    const person = await Person.signIn(url, `Person ${i}`);
    const { status } = await person.post(`/api/rooms/${room}/members`, {});
    if (status !== 204) throw new Error(`Joining was answered ${status}`);
    return person.cookie;
  };
  const cookies: string[] = [];
  while (cookies.length < people) {
    const some = Math.min(MAX_ENTERING, people - cookies.length);
    const entering = Array.from(
      { length: some },
      (_, i) => enterOne(cookies.length + i),
    );
    cookies.push(...await Promise.all(entering));
  }
  const path = (endpoint: string) =>
    `/api/replicache/${endpoint}?space=room:${room}`;
  return {
    paths: {
      push: path("push"),
      pull: path("pull"),
      poke: `${path("poke")}&patches=1`,
    },
    cookies,
  };
}

/** Backends that run at the same time and are measured in turns; they end together. */
export class Rotation implements AsyncDisposable {
  private constructor(
    readonly backends: readonly Backend[],
    private readonly ending: AsyncDisposableStack,
  ) {}

  /** @param path of the KV files, to which the names of the subjects are added. */
  static async start(
    subjects: readonly Subject[],
    path: string,
    people: number,
  ): Promise<Rotation> {
    await using started = new AsyncDisposableStack();
    const backends: Backend[] = [];
    for (const { name, start } of subjects) {
      backends.push(started.use(await start(`${path}-${name}`, people)));
    }
    return new Rotation(backends, started.move());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.ending.disposeAsync();
  }
}

/** There and back, so that none is always measured behind the same other. */
export const inTurn = <T>(all: readonly T[], round: number): readonly T[] =>
  round % 2 === 0 ? all : all.toReversed();
