// A replica: one Replicache client after the other, generation after generation, behind one interface.
import { signal } from "@preact/signals";
import type { MutatorDefs, Puller, ReadonlyJSONValue } from "replicache";
// First: our own modules then stand together in the bundle, behind Replicache, and compress better.
import { ReplicacheClient, reportUnlessClosed } from "./replicache_client.ts";
import { coalesce } from "./coalesce.ts";
import { loadScript } from "./load_script.ts";
import { followConnectivity } from "./http/connectivity.ts";
import {
  createPuller,
  createPusher,
  type OnGroupLost,
} from "./http/push_pull.ts";
import {
  NoAnswerError,
  type PauseReason,
  Transport,
} from "./http/transport.ts";
import {
  MutationRunner,
  type WithEngineMutators,
} from "./outbox/mutation_runner.ts";
import { Outbox, type UnsentMutation } from "./outbox/outbox.ts";
import { dropOldCopies, Recovery } from "./outbox/recovery.ts";
import { inTime, keepStorage, resultOf } from "./local/idb.ts";
import { hold } from "./local/web_locks.ts";
import { listen } from "./poke/listen.ts";
import { type Gap, gapsIn, PullWindow } from "./pull_window.ts";
import { rejectionsIn } from "./rejections.ts";
import type { Query, Replica, ReplicaOptions, Status } from "./replica.ts";
import type { Around } from "./server.ts";
// For what is loaded on use: a second way to them would split the script in two.
export { ReplicacheImpl, SCHEMA_VERSION } from "./replicache_client.ts";
export { clientsClosed } from "./local/live_clients.ts";
export { OutboxDatabase, unsentIn } from "./outbox/outbox_database.ts";

/** How often to look for what dead clients left behind, in milliseconds: no event tells of a death. */
const RECOVERY_INTERVAL = 5_000;

/** What says of an error, though nobody knows of which request it is, that the disk does not work or is full. */
const DISK_FAILURES = ["QuotaExceededError", "UnknownError"];

const generations = () => loadScript(() => import("./outbox/generations.ts"));
const rerun = () => loadScript(() => import("./outbox/rerun.ts"));
const brokenCopy = () => loadScript(() => import("./outbox/broken_copy.ts"));

type Client<M extends MutatorDefs> = ReplicacheClient<WithEngineMutators<M>>;

export class LiveReplica<M extends MutatorDefs> implements Replica<M> {
  readonly status = signal<Status>({
    online: true,
    syncing: false,
    fresh: false,
    unsent: 0,
  });
  readonly mutate: Replica<M>["mutate"];
  readonly #name: string;
  readonly #outbox: Outbox;
  readonly #runner: MutationRunner<M>;
  readonly #transport: Transport;
  readonly #recovery: Recovery;
  readonly #puller: Puller;
  readonly #window: PullWindow;
  /** Each begins a subscription anew, of the client that is current then. */
  readonly #subscriptions = new Set<() => void>();
  #client!: Client<M>;
  #unlisten: (() => void) | undefined;
  #unfollow: (() => void) | undefined;
  #recoveryTimer: ReturnType<typeof setInterval> | undefined;
  #lastTurn: Promise<unknown> = Promise.resolve();
  closed = false;

  /** `inMemory` is what the status is to say of it. */
  constructor(private readonly options: ReplicaOptions<M>, inMemory: boolean) {
    this.#setStatus({ inMemory });
    const { server, userID, space, mutators } = options;
    this.#name = `${userID}/${space}`;
    const outbox = this.#outbox = new Outbox(
      this.#name,
      () => void this.#readOutbox().catch(reportUnlessClosed(this)),
    );
    this.#runner = new MutationRunner(outbox, mutators);
    this.#transport = new Transport(server.headers(userID), options.creation);
    const onGroupLost: OnGroupLost = async (groupID, confirmed) => {
      const isOwn = groupID === this.#client.groupID;
      const ended = isOwn ? this.#client.generation : undefined;
      const { recordLost } = await generations();
      await recordLost(outbox, groupID, confirmed, ended);
    };
    const pusher = createPusher(
      this.#transport,
      server.url("push", [space]),
      onGroupLost,
    );
    this.#recovery = new Recovery(this.#name, outbox, pusher);
    const window = this.#window = new PullWindow({ window: options.window });
    this.#puller = createPuller(
      this.#transport,
      (wanted) => server.url("pull", [space], wanted),
      { window, outbox, pusher, onGroupLost },
    );

    const mutate = Object.keys(this.#runner.mutators).map((name) => [
      name,
      (args: ReadonlyJSONValue) => this.#inTurn(() => this.#run(name, args)),
    ]);
    this.mutate = Object.fromEntries(mutate);
  }

  /** Opens the copy, and keeps it in step from now on. */
  async open(): Promise<this> {
    await this.#inTurn(async () => {
      const opening = this.#openClient();
      try {
        await inTime(opening);
        await this.#rerunLost();
      } catch (error) {
        this.#abandon(opening);
        throw error;
      }
    });
    await this.#readOutbox();
    if (this.closed) return this; // meanwhile
    this.#transport.paused.subscribe((paused) => this.#onPause(paused));
    this.#unfollow = followConnectivity({
      sync: this.#sync,
      check: this.#pull,
    });
    const recover = async () => {
      if (!this.status.peek().unsent) return;
      keepStorage();
      await this.#outbox.unstored.store();
      if (!await this.#client.hasPending()) await this.#recover();
    };
    this.#recoveryTimer = setInterval(
      () => recover().catch(reportUnlessClosed(this)),
      RECOVERY_INTERVAL,
    );
    return this;
  }

  /**
   * After an opening that has failed, or may yet come. A Replicache client that
   * never opened is not closed: that would never end, and the next one of its
   * name waits for it.
   */
  #abandon(opening: Promise<void>): void {
    this.closed = true;
    opening.then(() => this.#client.close(), () => {}) // its caller is told
      .then(() => this.#outbox.close())
      .catch(console.warn);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.#unlisten?.();
    this.#unfollow?.();
    clearInterval(this.#recoveryTimer);
    await this.#inTurn(async () => {
      await this.#closeClient(this.#client);
      await this.#outbox.close();
    });
  }

  query<T>(body: Query<T>): Promise<T> {
    return this.#client.query(body);
  }

  subscribe<T>(body: Query<T>, onChange: (result: T) => void): () => void {
    let end = () => {};
    const start = () => {
      end();
      // Replicache deep-freezes what it hands out, and its type says so; our
      // queries return fresh arrays and the entries in them unchanged.
      end = this.#client.subscribe(body as Query<never>, onChange);
    };
    start();
    this.#subscriptions.add(start);
    return () => {
      this.#subscriptions.delete(start);
      end();
    };
  }

  widen(window: number): Promise<void> {
    return this.#window.widen(window, this.#pullNow);
  }

  bring(around: Around): Promise<void> {
    return this.#window.bring(around, this.#pullNow);
  }

  async restore(): Promise<boolean> {
    const cookie = await this.#client.pullCookie();
    return await this.#window.restore(cookie, this.#pullNow);
  }

  async gaps(prefix: string): Promise<Gap[] | undefined> {
    const cookie = await this.#client.pullCookie();
    return cookie ? gapsIn(cookie, prefix) : undefined;
  }

  version = async () => (await this.#client.pullCookie())?.version;

  readonly #pullNow = async () => {
    await this.#client.pull({ now: true });
    return await this.#client.pullCookie();
  };

  persist = (): Promise<void> => this.#client.persist();

  unsent = (): Promise<UnsentMutation[]> => this.#outbox.all();

  resume(): void {
    this.#transport.resume();
  }

  async discardUnsent(): Promise<void> {
    const client = this.#client;
    await (await generations()).discard(this.#outbox);
    await this.#inTurn(() => this.#replaceClient(client));
  }

  /**
   * One thing at a time: mutations, and the moves from one client to the next.
   * What is made during a move comes after all that was made before it.
   */
  #inTurn<T>(body: () => Promise<T>): Promise<T> {
    const turn = this.#lastTurn.then(body);
    this.#lastTurn = turn.catch(() => {}); // for the next one; the caller is told
    return turn;
  }

  /** Runs a mutation, in a copy that can be read. */
  async #run(name: string, args: ReadonlyJSONValue): Promise<unknown> {
    const client = this.#client;
    try {
      return await this.#runner.run(client, name, args);
    } catch (error) {
      if (!await client.onError(error)) throw error;
      await this.#replaceClient(client);
      return await this.#runner.run(this.#client, name, args);
    }
  }

  async #openClient(): Promise<void> {
    const { current } = await this.#outbox.generations();
    const client = new ReplicacheClient<WithEngineMutators<M>>(
      this.#name,
      current,
      {
        mutators: this.#runner.mutators,
        pusher: this.#recovery.pusher,
        puller: this.#puller,
      },
    );
    this.#client = client;
    // It tells of changes alone.
    this.#setStatus({ online: client.online, fresh: false });
    client.onClientStateNotFound = () => this.#replaceSoon(client);
    client.onOnlineChange = (online) => this.#setStatus({ online });
    // Also of what Replicache tries again by itself.
    client.onSync = (syncing) => {
      const { fresh } = this.status.peek();
      this.#setStatus({
        syncing,
        fresh: fresh || (!syncing && client.isAnswered),
      });
    };
    // While it opens: resolved once the copy is replaced, rejected when the disk fails.
    const ended = Promise.withResolvers<void>();
    client.onError = async (error) => {
      try {
        if (DISK_FAILURES.includes((error as Error)?.name)) throw error;
        const { replaceBroken } = await brokenCopy();
        const { beginNext } = await generations();
        const next = () => beginNext(this.#outbox, client.generation);
        const replace = () => next().then(ended.resolve);
        const idb = { inTime, resultOf };
        return await replaceBroken(client, error, idb, replace);
      } catch (error) {
        console.warn(error);
        ended.reject(error);
      }
    };
    // Of an opening that fails Replicache tells nobody else.
    const onRejection = ({ reason }: PromiseRejectionEvent) =>
      client.onError(reason);
    addEventListener("unhandledrejection", onRejection);
    await Promise.race([client.open(), ended.promise])
      .finally(() => removeEventListener("unhandledrejection", onRejection));
    if (!client.groupID) {
      client.onError = () => {}; // it is replaced, whatever else fails in it
      return this.#openClient();
    }
    for (const start of this.#subscriptions) start();
  }

  async #rerunLost(): Promise<void> {
    if ((await this.#outbox.lost()).length === 0) return;
    const { rerunLost } = await rerun();
    await rerunLost(this.#outbox, this.#runner, this.#client, hold);
  }

  #replaceSoon(client: Client<M>): void {
    this.#inTurn(() => this.#replaceClient(client))
      .catch(reportUnlessClosed(this));
  }

  /**
   * From a client that is of no use any more to the next: of the next
   * generation, when the server has forgotten this one's group; else of the
   * same, when the browser has forgotten it (a tab that slept for a day).
   */
  async #replaceClient(from: Client<M>): Promise<void> {
    if (this.closed || from !== this.#client) return;
    const { current } = await this.#outbox.generations();
    if (current === from.generation) {
      const { addPending } = await rerun();
      await addPending(this.#outbox, from);
    }
    await this.#closeClient(from);
    await this.#openClient();
    await this.#rerunLost();
    await this.#readOutbox();
    this.#recover().catch(reportUnlessClosed(this));
  }

  /** Closes a client; what it has asked of the server must not go out any more. */
  async #closeClient(client: Client<M>): Promise<void> {
    client.onOnlineChange = null;
    client.onSync = null;
    await client.close();
    this.#transport.abort();
    this.#setStatus({ syncing: false });
  }

  /** Something has changed in the outbox, by this or another tab. */
  readonly #readOutbox = coalesce(async () => {
    const client = this.#client;
    // Other tabs tell of changes already while this one is opening.
    if (this.closed || !client) return;
    const { unsent, unstored, current } = await this.#outbox.state();
    this.#setStatus({ unsent, unstored });
    if ((current ?? client.generation) !== client.generation) {
      this.#replaceSoon(client);
    }
  });

  /** Sees to what dead clients, and lost groups, have left behind. */
  readonly #recover = coalesce(async () => {
    try {
      await this.#recovery.send();
    } catch (error) {
      if (error instanceof NoAnswerError) return; // tried again while it is unsent
      throw error;
    }
    await this.#inTurn(() => this.#rerunLost());
    await dropOldCopies(this.#name, this.#outbox);
  });

  #onPause(paused: PauseReason | undefined): void {
    if (this.closed) return;
    this.#setStatus({ paused });
    this.#unlisten?.();
    if (paused === "gone") {
      generations()
        .then((it) => it.dropCopy(this.#outbox, this.#client, rejectionsIn))
        .catch(reportUnlessClosed(this));
    }
    if (paused) return;
    const { server, userID, space } = this.options;
    this.#unlisten = listen(server, userID, space, {
      onOpen: this.#sync,
      onPoke: (_, poke) => {
        if (poke) this.#window.keep(poke);
        this.#pull();
      },
      onBroken: this.#pull,
    });
  }

  // A failed sync backs off for seconds; `now` tells it not to wait. A
  // pull runs again all that is pending: with thousands it takes its time.
  readonly #pull = coalesce(async () => {
    const client = this.#client;
    await client.pull({ now: true }).catch(reportUnlessClosed(client));
  });

  readonly #sync = () => {
    if (this.status.peek().paused) return this.resume();
    this.#pull();
    this.#client.push({ now: true }).catch(reportUnlessClosed(this.#client));
    this.#recover().catch(reportUnlessClosed(this));
  };

  #setStatus(news: Partial<Status>): void {
    this.status.value = { ...this.status.peek(), ...news };
  }
}
