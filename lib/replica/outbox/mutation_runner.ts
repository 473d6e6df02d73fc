// Makes mutations: each is in the outbox before it shows, and what the server has forgotten is run again.
import type {
  MutatorDefs,
  ReadonlyJSONValue,
  WriteTransaction,
} from "replicache";
import type { ReplicacheClient } from "../replicache_client.ts";
import { alone } from "../local/web_locks.ts";
import { ownAnd, type WithOwn } from "./recorded_mutators.ts";
import type { Made, Outbox, Unsent } from "./outbox.ts";
import { MOST_BYTES } from "../http/push_pull.ts";

/** What is being made, noted as `made`; `from` what, when it is run again. */
type Making = {
  client: ReplicacheClient<MutatorDefs>;
  from?: Unsent;
  made?: Made;
};

/** Another tab was first to run a mutation again. */
class Taken extends Error {}

/** Nobody would take it; it has the shape of a refusal. */
class TooLarge extends Error {
  readonly code = "too-large";
}

/** Makes the mutations of one replica, one at a time: its caller sees to that. */
export class MutationRunner<M extends MutatorDefs> {
  /** The mutators to give to each client. */
  readonly mutators: WithOwn<M>;
  #making: Making | undefined;

  constructor(
    private readonly replica: string,
    private readonly outbox: Outbox,
    mutators: M,
  ) {
    this.mutators = ownAnd(mutators, {
      note: (tx, name, args) => this.#note(tx, name, args),
      again: () => this.#making?.from !== undefined,
    });
  }

  /** Makes a mutation, `from` one of another client or anew. Rejects as the mutator does. */
  async make(
    client: ReplicacheClient<WithOwn<M>>,
    name: string,
    args: ReadonlyJSONValue,
    from?: Unsent,
  ): Promise<unknown> {
    const making: Making = this.#making = { client, from };
    try {
      return await client.mutate[name](args as never);
    } catch (error) {
      const { made } = making;
      // Its number will be given again.
      if (made && client.lastMutationID < made.mutationID) {
        await this.outbox.unwrite(made, from);
      }
      throw error;
    } finally {
      client.persist().catch((error) => client.closed || reportError(error));
    }
  }

  /**
   * Runs what the server has forgotten again: in order, and each exactly once,
   * whichever tab does it and wherever that is cut off.
   */
  runAgain(client: ReplicacheClient<WithOwn<M>>): Promise<void> {
    return alone(this.replica, async () => {
      for (const unsent of await this.outbox.lost()) {
        const { name, args } = unsent;
        try {
          if (name in client.mutate) {
            await this.make(client, name, args, unsent);
          } else await this.#leaveToServer(client, unsent);
        } catch (error) {
          if (!(error instanceof Taken)) reportError(error);
        }
      }
    });
  }

  /** Brings what only this page's memory may hold into the outbox. */
  async keep(client: ReplicacheClient<WithOwn<M>>): Promise<void> {
    const { generation, groupID, clientID } = client;
    const pending = await client.experimentalPendingMutations();
    const timestamp = Date.now();
    const own = pending.filter((each) => each.clientID === clientID);
    await this.outbox.keep(own.map(({ id: mutationID, name, args }) => ({
      ...{ generation, groupID, clientID },
      ...{ mutationID, name, args, timestamp },
    })));
  }

  async #note(tx: WriteTransaction, name: string, args: ReadonlyJSONValue) {
    const { byteLength } = new TextEncoder().encode(JSON.stringify(args));
    if (byteLength > MOST_BYTES) throw new TooLarge("This is too large.");
    const making = this.#making!;
    const { generation, groupID } = making.client;
    const made: Made = {
      ...{ generation, groupID, name, args },
      clientID: tx.clientID,
      mutationID: tx.mutationID,
      timestamp: Date.now(),
    };
    if (!await this.outbox.write(made, making.from)) throw new Taken();
    making.made = made;
  }

  /** A mutator that this app no longer has: as of a client that is dead, for the server to answer. */
  async #leaveToServer(
    { generation }: ReplicacheClient<WithOwn<M>>,
    from: Unsent,
  ) {
    const { n: _, replica: __, ...made } = from;
    const groupID = crypto.randomUUID();
    const clientID = crypto.randomUUID();
    const ids = { generation, groupID, clientID, mutationID: 1 };
    await this.outbox.write({ ...made, ...ids }, from);
  }
}
