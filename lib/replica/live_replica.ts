// A replica, alive: one Replicache client after the other, generation after generation, behind one face.
import { signal } from "@preact/signals";
import type { MutatorDefs, Puller, ReadonlyJSONValue } from "replicache";
import { ReplicacheClient } from "./replicache_client.ts";
import { coalesce } from "./coalesce.ts";
import { type Pause, Transport, Unanswered } from "./http/transport.ts";
import { listen } from "./poke/listen.ts";
import { MutationRunner } from "./outbox/mutation_runner.ts";
import type { WithOwn } from "./outbox/recorded_mutators.ts";
import { followConnectivity } from "./http/connectivity.ts";
import { Outbox, type Unsent } from "./outbox/outbox.ts";
import { rejectionsIn } from "./rejections.ts";
import type { Query, Replica, ReplicaOptions, Status } from "./replica.ts";
import { dropOldCopies, Left } from "./outbox/recovery.ts";
import { Subscriptions } from "./subscriptions.ts";
import { unlessClosed } from "./unless_closed.ts";
import { Window } from "./window.ts";
import { createPuller, createPusher, type OnLost } from "./http/push_pull.ts";
// For `query_copies.ts` and `unsent.ts`: a second way to them would split the script in two.
export { ReplicacheImpl, SCHEMA_VERSION } from "./replicache_client.ts";
export { OutboxDatabase } from "./outbox/outbox_database.ts";

/** How often it is looked for what dead clients left, in milliseconds: nobody tells of a death. */
const AGAIN = 5_000;

export class LiveReplica<M extends MutatorDefs> implements Replica<M> {
  readonly status = signal<Status>({ online: true, syncing: false, unsent: 0 });
  readonly mutate: Replica<M>["mutate"];
  readonly #name: string;
  readonly #outbox: Outbox;
  readonly #maker: MutationRunner<M>;
  readonly #line: Transport;
  readonly #left: Left;
  readonly #puller: Puller;
  readonly #window: Window;
  readonly #subscriptions = new Subscriptions<WithOwn<M>>();
  #client!: ReplicacheClient<WithOwn<M>>;
  #hangUp: (() => void) | undefined;
  #unfollow: (() => void) | undefined;
  #again: ReturnType<typeof setInterval> | undefined;
  #tail: Promise<unknown> = Promise.resolve();
  closed = false;

  /** `inMemory` is what the status is to say of it. */
  constructor(private readonly options: ReplicaOptions<M>, inMemory: boolean) {
    this.#say({ inMemory });
    const { userID, space, mutators } = options;
    this.#name = `${userID}/${space}`;
    const onNews = () => void this.#look().catch(unlessClosed(this));
    const outbox = this.#outbox = new Outbox(this.#name, onNews);
    this.#maker = new MutationRunner(this.#name, outbox, mutators);
    this.#line = new Transport(userID);
    this.#window = new Window(space, options.window);
    const onLost: OnLost = (groupID, confirmed) => {
      const own = groupID === this.#client.groupID;
      const ended = own ? this.#client.generation : undefined;
      return outbox.lose(groupID, confirmed, ended);
    };
    const where = `/api/replicache/push?${new URLSearchParams({ space })}`;
    const pusher = createPusher(this.#line, where, onLost);
    this.#left = new Left(this.#name, outbox, pusher);
    const rest = { outbox, pusher, onLost };
    const puller = createPuller(this.#line, this.#window.url, rest);
    this.#puller = this.#window.noting(puller);

    const mutate = Object.keys(this.#maker.mutators).map((name) => [
      name,
      (args: ReadonlyJSONValue) =>
        this.#turn(() => this.#maker.make(this.#client, name, args)),
    ]);
    this.mutate = Object.fromEntries(mutate);
  }

  /** Opens the copy, and keeps it in step from now on. */
  async open(): Promise<this> {
    try {
      await this.#turn(() => this.#open());
    } catch (error) {
      await this.#outbox.close();
      throw error;
    }
    await this.#look();
    if (this.closed) return this; // meanwhile
    this.#line.paused.subscribe((paused) => this.#onPause(paused));
    this.#unfollow = followConnectivity({ sync: this.#sync, ask: this.#pull });
    const again = async () =>
      this.status.peek().unsent && !await this.#client.hasPending() &&
      await this.#tend();
    this.#again = setInterval(() => again().catch(unlessClosed(this)), AGAIN);
    return this;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.#hangUp?.();
    this.#unfollow?.();
    clearInterval(this.#again);
    await this.#turn(async () => {
      await this.#part(this.#client);
      await this.#outbox.close();
    });
  }

  query<T>(body: Query<T>): Promise<T> {
    return this.#client.query(body);
  }

  subscribe<T>(body: Query<T>, onChange: (result: T) => void): () => void {
    return this.#subscriptions.add(body, onChange);
  }

  widen(window: number): Promise<void> {
    return this.#window.widen(window, () => this.#client.pull({ now: true }));
  }

  keep(): Promise<void> {
    return this.#client.persist();
  }

  unsent(): Promise<Unsent[]> {
    return this.#outbox.all();
  }

  resume(): void {
    this.#line.resume();
  }

  async discard(): Promise<void> {
    const client = this.#client;
    await this.#outbox.discard();
    await this.#turn(() => this.#move(client));
  }

  /**
   * One thing at a time: mutations, and the moves from one client to the next.
   * What is made during a move comes after all that was made before it.
   */
  #turn<T>(body: () => Promise<T>): Promise<T> {
    const turn = this.#tail.then(body);
    this.#tail = turn.catch(() => {}); // for the one behind it; who called hears of it
    return turn;
  }

  async #open(): Promise<void> {
    const { current } = await this.#outbox.generations();
    const client = new ReplicacheClient<WithOwn<M>>(this.#name, current, {
      mutators: this.#maker.mutators,
      pusher: this.#left.pusher,
      puller: this.#puller,
    });
    this.#client = client;
    this.#say({ online: client.online }); // of changes alone it tells
    client.onClientStateNotFound = () => this.#leave(client);
    client.onOnlineChange = (online) => this.#say({ online });
    client.onSync = (syncing) => this.#say({ syncing });
    await client.open();
    this.#subscriptions.moveTo(client);
    await this.#maker.runAgain(client);
  }

  /** Queues the move to another client. */
  #leave(client: ReplicacheClient<WithOwn<M>>): void {
    this.#turn(() => this.#move(client)).catch(unlessClosed(this));
  }

  /**
   * From a client that is of no use any more to the next: of the next
   * generation, when the server has forgotten this one's group; else of the
   * same, when the browser has forgotten it (a tab that slept for a day).
   */
  async #move(from: ReplicacheClient<WithOwn<M>>): Promise<void> {
    if (this.closed || from !== this.#client) return;
    const { current } = await this.#outbox.generations();
    if (current === from.generation) await this.#maker.keep(from);
    await this.#part(from);
    await this.#open();
    await this.#look();
    this.#tend().catch(unlessClosed(this));
  }

  /** Closes a client; what it has asked of the server must not go out any more. */
  async #part(client: ReplicacheClient<WithOwn<M>>): Promise<void> {
    client.onOnlineChange = null;
    client.onSync = null;
    await client.close();
    this.#line.cut();
    this.#say({ syncing: false });
  }

  /** What one may not see any more is not kept either, once nothing of one's own is in it: unsent, or refused. */
  async #forsake(): Promise<void> {
    if (await this.#client.cookie === null) return;
    const refused = await this.query(rejectionsIn);
    if (refused.length === 0) await this.#outbox.forsake();
  }

  /** Something has changed in the outbox, here or in another tab. */
  readonly #look = coalesce(async () => {
    const client = this.#client;
    // Other tabs have news already while this one is opening.
    if (this.closed || !client) return;
    const { unsent, current } = await this.#outbox.state();
    this.#say({ unsent });
    if (current !== client.generation) this.#leave(client);
  });

  /** Sees to what others have left behind. */
  readonly #tend = coalesce(async () => {
    try {
      await this.#left.send();
    } catch (error) {
      if (error instanceof Unanswered) return; // tried again while it is unsent
      throw error;
    }
    await this.#turn(() => this.#maker.runAgain(this.#client));
    await dropOldCopies(this.#name, this.#outbox);
  });

  #onPause(paused: Pause | undefined): void {
    this.#say({ paused });
    this.#hangUp?.();
    if (paused === "gone") this.#forsake().catch(unlessClosed(this));
    if (paused) return;
    const { userID, space } = this.options;
    this.#hangUp = listen(userID, space, {
      onOpen: this.#sync,
      onPoke: this.#pull,
      onBroken: this.#pull,
    });
  }

  // A failed sync backs off for seconds; `now` tells it not to wait. A
  // pull runs again all that is pending: with thousands it takes its time.
  readonly #pull = coalesce(async () => {
    const client = this.#client;
    await client.pull({ now: true }).catch(unlessClosed(client));
  });

  readonly #sync = () => {
    if (this.status.peek().paused) return this.resume();
    this.#pull();
    const client = this.#client;
    client.push({ now: true }).catch(unlessClosed(client));
    this.#tend().catch(unlessClosed(this));
  };

  #say(news: Partial<Status>): void {
    this.status.value = { ...this.status.peek(), ...news };
  }
}
