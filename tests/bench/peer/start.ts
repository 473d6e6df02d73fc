// Starts the peer: a PostgreSQL cluster of its own in a temporary folder, and the server on it.
import type { Backend, Subject } from "../subject.ts";
import { LeftOut } from "../left_out.ts";
import { linesOf, startProcess } from "../process.ts";

const USER = "bench"; // of the cluster

/**
 * The peer as a subject of the bench. Throws `LeftOut` where Node, PostgreSQL
 * or an account to run it under is missing.
 */
export async function findPeer(): Promise<Subject> {
  const folder = await findPostgres();
  const account = Deno.uid() === 0 ? await accountOf("nobody") : {};
  if (!await succeeds("node", ["--version"])) {
    throw new LeftOut("The peer is left out: there is no Node.js to run it");
  }
  return {
    name: "peer",
    start: () => startPeer(folder, account),
  };
}

/** The folder of PostgreSQL's programs. */
async function findPostgres(): Promise<string> {
  // Debian has them outside of the PATH, as there may be several versions.
  const debian = "/usr/lib/postgresql";
  const versions = await Array.fromAsync(Deno.readDir(debian)).catch(() => []);
  const folders = [
    ...(Deno.env.get("PATH") ?? "").split(":"),
    ...versions.map(({ name }) => `${debian}/${name}/bin`).sort().reverse(),
  ];
  for (const folder of folders) {
    const there = await Promise.allSettled(
      ["initdb", "postgres"].map((name) => Deno.stat(`${folder}/${name}`)),
    );
    if (there.every(({ status }) => status === "fulfilled")) return folder;
  }
  throw new LeftOut(
    "The peer is left out: PostgreSQL's initdb and postgres are neither in the PATH nor in /usr/lib/postgresql",
  );
}

type Account = { uid?: number; gid?: number };

/** PostgreSQL refuses to run as root. */
async function accountOf(name: string): Promise<Account> {
  const [uid, gid] = await Promise.all(["-u", "-g"].map(async (option) => {
    const { stdout, success } = await new Deno.Command("id", {
      args: [option, name],
      stderr: "null",
    }).output();
    if (success) return Number(new TextDecoder().decode(stdout));
    throw new LeftOut(
      `The peer is left out: PostgreSQL does not run as root, and there is no user ${name}`,
    );
  }));
  return { uid, gid };
}

const succeeds = (command: string, args: string[]): Promise<boolean> =>
  new Deno.Command(command, { args, stdout: "null", stderr: "null" })
    .output().then(({ success }) => success, () => false);

async function startPeer(
  programs: string,
  account: Account,
): Promise<Backend> {
  await using started = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir();
  started.defer(() => Deno.remove(folder, { recursive: true }));
  if (account.uid !== undefined) {
    await Deno.chown(folder, account.uid, account.gid ?? null);
  }
  const postgres = started.use(
    await startPostgres(programs, folder, account),
  );
  const server = started.use(
    startProcess("node", ["tests/bench/peer/server.mjs"], {
      host: folder,
      user: USER,
    }),
  );
  const url = `http://127.0.0.1:${await server.next()}`;
  const all = started.move();
  return {
    name: "peer",
    url,
    pid: server.pid,
    pids: [server.pid, postgres.pid],
    paths: { push: "/push", pull: "/pull", poke: "/poke" },
    cookies: [],
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** A new cluster with PostgreSQL's own settings, so that a commit is on the disk; its socket is in the folder. */
async function startPostgres(
  programs: string,
  folder: string,
  account: Account,
): Promise<AsyncDisposable & { pid: number }> {
  const data = `${folder}/data`;
  const made = await new Deno.Command(`${programs}/initdb`, {
    args: [
      ...["-D", data, "-U", USER, "--auth=trust"],
      ...["--no-locale", "--encoding=UTF8", "--no-sync"],
    ],
    cwd: folder,
    ...account,
  }).output();
  if (!made.success) throw new Error(new TextDecoder().decode(made.stderr));

  const child = new Deno.Command(`${programs}/postgres`, {
    args: ["-D", data, "-k", folder, "-c", "listen_addresses="],
    cwd: folder,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    ...account,
  }).spawn();
  const end = async () => {
    child.kill("SIGINT"); // PostgreSQL's "fast shutdown"
    await child.status;
  };
  const lines = linesOf(child.stderr);
  const printed: string[] = [];
  for (;;) {
    const { done, value } = await lines.next();
    if (done) throw new Error(`PostgreSQL has ended:\n${printed.join("\n")}`);
    printed.push(value);
    if (value.includes("ready to accept connections")) break;
  }
  // Read on, or it stops at a full pipe.
  const rest = Array.fromAsync(lines);
  return {
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      await end();
      await rest;
    },
  };
}
