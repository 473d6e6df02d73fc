// The app, and, when it is run itself, the server: it opens KV, listens, and stops in order.
import { staticFiles } from "fresh";
import { BUILT, COMPRESSED, config } from "./fresh.config.ts";
import { Refusal } from "./lib/chat/refusal.ts";
import { batchReads, Sync, SyncError } from "./lib/sync/mod.ts";
import { commandIn, usage, UsageError } from "./lib/web/admin.ts";
import { listen, type Listener } from "./lib/web/http/listener.ts";
import { backUp, restore } from "./lib/web/backup.ts";
import { bannedAnswer, logUnexpected } from "./lib/web/http/errors.ts";
import { chatDomain } from "./lib/web/chat/domain.ts";
import { MessageRemovals } from "./lib/web/chat/message_removal.ts";
import { RoomDigests } from "./lib/web/chat/room_digests.ts";
import { AccountDeletions } from "./lib/web/auth/account_deletion.ts";
import { AddressBans } from "./lib/web/auth/bans.ts";
import { keepAriaCurrent } from "./lib/web/http/aria_current.ts";
import { figures } from "./lib/web/figures.ts";
import { FileUses } from "./lib/web/files/file_uses.ts";
import { Uploads } from "./lib/web/files/uploads.ts";
import { FormsOnce } from "./lib/web/http/forms_once.ts";
import { cacheBytes, MemoryBudget } from "./lib/web/http/memory_budget.ts";
import { addressOf, RateLimits } from "./lib/web/http/rate_limits.ts";
import { precompressed } from "./lib/web/http/precompressed.ts";
import { roomScripts } from "./lib/web/http/room_scripts.ts";
import { type Handler, SecureApp } from "./lib/web/http/secure_app.ts";
import { Outgoing } from "./lib/web/http/outgoing.ts";
import { InboxFeed } from "./lib/web/inbox/inbox_feed.ts";
import { JobQueue, NO_NOTES } from "./lib/web/jobs/job_queue.ts";
import { NOTICE, NoticeFeed } from "./lib/web/notices/notice_feed.ts";
import { NoticeSender } from "./lib/web/notices/notice_sender.ts";
import { Subscriptions } from "./lib/web/notices/subscriptions.ts";
import { webPush } from "./lib/web/notices/web_push.ts";
import { Online } from "./lib/web/live/online.ts";
import { Typing } from "./lib/web/live/typing.ts";
import { RequestLog } from "./lib/web/http/request_log.ts";
import { HOOK, HOOK_JOBS, HookFeed } from "./lib/web/bots/hook_feed.ts";
import { HookSender } from "./lib/web/bots/hook_sender.ts";
import { seedGeneral } from "./lib/web/chat/rooms.ts";
import { IndexWorker } from "./lib/web/search/index_worker.ts";
import { Sessions } from "./lib/web/auth/session.ts";
import { connectKv } from "./lib/web/kv_connect.ts";
import {
  isFilePath,
  isURL,
  readSettings,
  type Settings,
  SettingsError,
} from "./lib/web/settings.ts";
import type { Services, State } from "./lib/web/state.ts";
import { allEnded } from "./lib/web/stop.ts";
import { assertFormat, assertWritable, StoreHealth } from "./lib/web/store.ts";
import {
  assertIntact,
  containerNotice,
  unusable,
} from "./lib/web/store_file.ts";
import { Streams } from "./lib/web/live/streams.ts";
import { Imports } from "./lib/web/transfer/imports.ts";
import { exportRoom, importRooms } from "./lib/web/transfer/tasks.ts";
import { PullSlots } from "./lib/web/http/pull_slots.ts";

/** Of reads that are not full; see `batchReads`. */
const SERVER_CALLS_UNDER_WAY = 8;

keepAriaCurrent();

/** What the app works with, and what its operator should know of the store. */
type Opened = { services: Services; notices: string[] };

let opened: Promise<Opened> | undefined;

/** Opens KV once, when it is first needed: a build loads this file and must not. */
const open = (): Promise<Opened> =>
  opened ??= openServices().catch((error) => {
    opened = undefined; // the next request may find it
    throw error;
  });

async function openServices(): Promise<Opened> {
  const { kvPath, strategy, retention, limits, files, ...others } = settings();
  const { publicOrigin, asksAnywhere, ...who } = others;
  const scripts = await roomScripts(new URL(BUILT, import.meta.url));
  const isFile = isFilePath(kvPath);
  // On Deno Deploy, or by KV Connect.
  const onServer = !kvPath || isURL(kvPath);
  const notices: (string | undefined)[] = [];
  if (isFile) notices.push(await assertIntact(kvPath));
  try {
    const plain = await openPlain(kvPath);
    if (isFile) notices.push(await containerNotice(kvPath));
    await assertWritable(plain);
    await assertFormat(plain);
    const kv = batchReads(plain, {
      reader: isFile ? await Deno.openKv(kvPath) : plain,
      callsUnderWay: onServer ? SERVER_CALLS_UNDER_WAY : undefined,
    });
    // A self-hosted denokv takes 10 checks in one atomic operation.
    const { measure, observe } = figures();
    const sync = new Sync(kv, chatDomain, {
      measure,
      strategy,
      retention,
      maxChecks: onServer ? 10 : 100,
      watchesSeeAll: onServer,
      cacheBytes: cacheBytes(),
      onNote: () => jobs.wake(),
    });
    const jobs = new JobQueue(kv, sync);
    observe(sync);
    const fileUses = new FileUses(kv, sync, files.room);
    const uploads = new Uploads(kv, files, sync);
    const imports = new Imports(kv, sync, uploads, fileUses);
    sync.addChores([...imports.chores(), ...fileUses.chores()]);
    await seedGeneral(sync);
    const typing = new Typing(kv, sync);
    const online = new Online(kv, onServer);
    const addressBans = new AddressBans(kv);
    await addressBans.refresh();
    const streams = new Streams(
      kv,
      typing,
      online,
      addressBans,
      limits,
      onServer,
    );
    const deletions = new AccountDeletions(kv, sync);
    const outgoing = new Outgoing(asksAnywhere);
    const subscriptions = new Subscriptions(kv, sync, outgoing);
    const deliver = webPush(kv, outgoing, publicOrigin);
    const noticeSender = new NoticeSender(kv, sync, subscriptions, deliver);
    const noticeFeed = new NoticeFeed(sync, subscriptions, jobs, online);
    jobs.runs(NOTICE, (job) => noticeSender.run(job));
    // Addresses that never answer keep no notice waiting.
    const hookJobs = new JobQueue(kv, NO_NOTES, HOOK_JOBS);
    const hookFeed = new HookFeed(kv, sync, hookJobs);
    const hookSender = new HookSender(kv, sync, hookJobs, outgoing);
    for (const feed of [noticeFeed, hookFeed, new InboxFeed(kv, sync)]) {
      jobs.follows((...told) => feed.follow(...told));
    }
    hookJobs.runs(HOOK, (job) => hookSender.run(job));
    sync.addChores(subscriptions.chores());
    const services: Services = {
      kv,
      sync,
      roomDigests: new RoomDigests(sync),
      typing,
      online,
      streams,
      accountDeletions: deletions,
      uploads,
      fileUses,
      jobs,
      hookJobs,
      outgoing,
      subscriptions,
      noticeSender,
      imports,
      addressBans,
      messageRemovals: MessageRemovals.start(kv, sync),
      indexWorker: new IndexWorker(kv, sync, onServer),
      sessions: new Sessions(kv),
      storeHealth: new StoreHealth(kv),
      pullSlots: new PullSlots(limits),
      memory: new MemoryBudget(limits),
      limits: new RateLimits(limits),
      formsOnce: new FormsOnce(),
      invitedOnly: who.signIn === "invited",
      mayMakeRooms: who.makeRooms === "everyone",
      publicOrigin,
      roomScripts: scripts,
    };
    return { services, notices: notices.filter((each) => each !== undefined) };
  } catch (error) {
    throw unusable(kvPath ?? "Deno Deploy", error);
  }
}

/** The KV alone; nothing in it is looked at. */
async function openPlain(kvPath: string | undefined): Promise<Deno.Kv> {
  const folder = isFilePath(kvPath) &&
    kvPath.match(/^(.*)[\\/][^\\/]*$/)?.[1];
  if (folder) await Deno.mkdir(folder, { recursive: true });
  // Without a KV that is attached to the app, Deno Deploy would have data in memory.
  if (!kvPath) Deno.env.set("DENO_KV_REQUIRES_DISTRIBUTED_DATABASE", "error");
  return isURL(kvPath) ? await connectKv(kvPath) : await Deno.openKv(kvPath);
}

function settings(): Settings {
  try {
    return readSettings((name) => Deno.env.get(name), Deno.build.os);
  } catch (error) {
    if (isDenoServe) end(error); // it would show where this was thrown
    throw error;
  }
}

/** `deno serve _fresh/server.js` listens by itself, and asks the app for its handler alone. */
const isDenoServe =
  Deno.mainModule === new URL("_fresh/server.js", import.meta.url).href;

export const app = new SecureApp<State>(config, () => ({
  publicOrigin: settings().publicOrigin,
  around: isDenoServe ? servedByDeno : (handler) => handler,
}))
  .use(precompressed(new URL(COMPRESSED, import.meta.url)))
  .use(staticFiles())
  .use(async (ctx) => {
    Object.assign(ctx.state, (await open()).services);
    const { state, req, info, config } = ctx;
    state.address = addressOf(req, info, config.trustProxy);
    return state.addressBans.has(state.address)
      ? bannedAnswer(req)
      : await ctx.next();
  })
  .fsRoutes();

type Fetch = Deno.ServeHandler;

const log = new RequestLog(console.log);

/** Begins what goes on beside the requests, as soon as the app is served. Gives back how that ends, open streams included. */
async function begin(): Promise<() => Promise<void>> {
  const { sync, accountDeletions, jobs, hookJobs, indexWorker } = (await open())
    .services;
  sync.startHousekeeping();
  accountDeletions.resume();
  jobs.start();
  hookJobs.start();
  indexWorker.start();
  return async () => {
    accountDeletions.stop();
    sync.close(); // open streams would keep the server from ending
    await allEnded(jobs.stop(), hookJobs.stop(), indexWorker.stop());
  };
}

/** Says what the operator should know, once it is served. */
async function introduce(): Promise<void> {
  const { kvPath = "Deno Deploy's KV" } = settings();
  const place = kvPath === ":memory:" ? "memory, until it stops" : kvPath;
  console.log(`Kvetch runs on ${nameOfFresh()} and keeps its data in ${place}`);
  for (const each of (await open()).notices) console.warn(each);
}

function onStop(stop: () => void): void {
  Deno.addSignalListener("SIGINT", stop);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", stop);
}

/** Serves what a build made of this app, until a signal says stop. */
async function serve(fetch: Fetch): Promise<void> {
  const { port, host, publicOrigin } = settings();
  const { kv } = (await open()).services;
  const endAll = await begin();
  const server = listenOn(port, host, log.logged(fetch));
  let stopping = false;
  onStop(async () => {
    if (stopping) return;
    stopping = true;
    const ended = allEnded(endAll(), server.shutdown());
    await Promise.race([ended, delay(STOP_TIMEOUT_MS)]);
    log.flush();
    kv.close();
    Deno.exit(0); // a watch that is being cancelled may linger
  });
  await introduce();
  console.log(`It listens on http://${host}:${server.port}`);
  if (!publicOrigin && ALL_ADDRESSES.has(host)) {
    console.warn("It answers to any Host: set ORIGIN to its public address.");
  }
  await server.finished;
}

/** The same for a server that Deno runs, which also waits for the last answer at a stop. */
function servedByDeno(fetch: Handler): Handler {
  begin().then(async (endAll) => {
    onStop(() => {
      endAll();
      log.flush();
    });
    await introduce();
  }).catch(end);
  return log.logged(fetch);
}

/** Ends the process for a reason: in one line if it is the operator's to mend. */
function end(error: unknown): never {
  console.error(error instanceof SettingsError ? error.message : error);
  Deno.exit(1);
}

/** Which Fresh `deno.json` has; see lib/standins. */
function nameOfFresh(): string {
  const place = import.meta.resolve("fresh");
  const isStandIn = place.endsWith("/lib/standins/fresh/mod.ts");
  return isStandIn ? "the stand-in for Fresh" : `Fresh (${place})`;
}

/** Every address of this machine, as `HOST`. */
const ALL_ADDRESSES = new Set(["0.0.0.0", "::", "[::]"]);

/** Told of bodies that break off, too: those of slow readers we break off ourselves. */
function onError(error: unknown): Response {
  logUnexpected(error);
  return new Response("Internal server error", { status: 500 });
}

/** In ms: for requests under way at a stop. Longer than a push tries to commit. */
const STOP_TIMEOUT_MS = 10_000;

const delay = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function listenOn(port: number, hostname: string, fetch: Fetch): Listener {
  try {
    return listen({ port, hostname, onListen() {}, onError }, fetch);
  } catch (error) {
    const reason = error instanceof Deno.errors.AddrInUse
      ? "it is in use; set PORT to another"
      : error instanceof Error
      ? error.message
      : String(error);
    throw new SettingsError(`Can't listen on ${hostname}:${port}: ${reason}.`);
  }
}

/** What the operator asks for on the command line, beside a process that serves. */
const COMMANDS = new Map<string, (args: string[]) => Promise<void>>([
  ["admin", administer],
  ["backup", ([target]) => withStore(backUp, target)],
  ["restore", ([source]) => withStore(restore, source)],
  ["export", (args) => withServices(exportRoom, args)],
  ["import", (args) => withServices(importRooms, args)],
]);

/** Does it, and ends: with 1 when it can't be done, with 2 when it can't be read. */
async function runCommand(done: Promise<void>): Promise<never> {
  try {
    await done;
    Deno.exit(0);
  } catch (error) {
    const isClear = [SettingsError, UsageError, Refusal, SyncError]
      .some((kind) => error instanceof kind);
    console.error(isClear ? (error as Error).message : error);
    Deno.exit(error instanceof UsageError ? 2 : 1);
  }
}

/** Runs a task beside the processes that serve. */
async function withServices(
  run: (
    services: Services,
    args: string[],
    print: typeof console.log,
  ) => Promise<void>,
  args: string[],
): Promise<void> {
  if (settings().kvPath === ":memory:") {
    throw new SettingsError("Data in memory is the serving process's alone.");
  }
  await run((await open()).services, args, console.log);
}

async function administer(args: string[]): Promise<void> {
  if (args[0] === "help") return console.log(usage());
  const run = commandIn(args);
  const { host, port, publicOrigin } = settings();
  const here = ALL_ADDRESSES.has(host) ? "localhost" : host;
  const origin = publicOrigin ?? `http://${here}:${port}`;
  await withServices(
    ({ kv, sync }, _, print) => run({ kv, sync, origin }, print),
    args,
  );
}

/** Copies the store, or fills it: without what would go on beside it in one that is served. */
async function withStore(
  copy: typeof backUp | typeof restore,
  file: string | undefined,
): Promise<void> {
  const { kvPath } = settings();
  const said = await copy(kvPath, async () => {
    if (isFilePath(kvPath)) await assertIntact(kvPath);
    const kv = await openPlain(kvPath).catch((error) => {
      throw unusable(kvPath ?? "Deno Deploy", error);
    });
    return { kv, sync: new Sync(kv, chatDomain) };
  }, file);
  console.log(said);
}

const command = import.meta.main && COMMANDS.get(Deno.args[0]);
if (command) {
  runCommand(command(Deno.args.slice(1)));
} else if (import.meta.main) {
  // Not `await`: the build imports this very file, and would wait for it to end.
  import("./_fresh/server.js")
    .then(({ default: server }) => serve(server.fetch))
    .catch(end);
}
