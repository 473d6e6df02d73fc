// Runs mutations: each is in the outbox before it shows, and what the server has forgotten is run again.
import type {
  MutatorDefs,
  ReadonlyJSONValue,
  WriteTransaction,
} from "replicache";
import { MAX_BYTES_PER_PUSH } from "../http/push_pull.ts";
import { dismissRejection } from "../rejections.ts";
import {
  type ReplicacheClient,
  reportUnlessClosed,
} from "../replicache_client.ts";
import type { NewMutation, Outbox, UnsentMutation } from "./outbox.ts";

/** What a space's mutators become in a replica: the engine's own is there as well. */
export type WithEngineMutators<M extends MutatorDefs> = M & {
  dismissRejection: typeof dismissRejection;
};

/** A mutation that is being run and is not in the outbox yet. */
type Unrecorded = {
  mutation: NewMutation;
  /** The lost one in whose place it comes, when it is run again. */
  replaced?: UnsentMutation;
};

/** Another tab was first to run a lost mutation again. */
class AlreadyRerunError extends Error {}

/**
 * Runs the mutations of one replica, one at a time, to which its caller sees:
 * the ID of one that failed is given to the next.
 */
export class MutationRunner<M extends MutatorDefs> {
  /** The mutators to give to each client. */
  readonly mutators: WithEngineMutators<M>;
  /** By mutationID: what Replicache runs the mutator for is found by it. */
  readonly #unrecorded = new Map<number, Unrecorded>();

  constructor(
    private readonly outbox: Outbox,
    mutators: M,
  ) {
    const all = Object.entries({ ...mutators, dismissRejection });
    this.mutators = Object.fromEntries(
      all.map(([name, mutator]) => [name, this.#recording(mutator)]),
    ) as WithEngineMutators<M>;
  }

  /**
   * Runs a mutation, anew or in the place of a lost one, unless another tab has
   * run that again already. Rejects as the mutator does.
   */
  async run(
    client: ReplicacheClient<WithEngineMutators<M>>,
    name: string,
    args: ReadonlyJSONValue,
    replaced?: UnsentMutation,
  ): Promise<unknown> {
    const mutation: NewMutation = {
      ...client.ids,
      mutationID: client.lastMutationID + 1,
      name,
      args: args ?? null,
      timestamp: Date.now(),
    };
    const { mutationID } = mutation;
    this.#unrecorded.set(mutationID, { mutation, replaced });
    try {
      return await client.mutate[name](args as never);
    } catch (error) {
      if (error instanceof AlreadyRerunError) return;
      const isRecorded = !this.#unrecorded.has(mutationID);
      if (isRecorded && client.lastMutationID < mutationID) {
        await this.outbox.undoAdd(mutation, replaced);
      }
      throw error;
    } finally {
      this.#unrecorded.delete(mutationID);
      client.persist().catch(reportUnlessClosed(client));
    }
  }

  /**
   * The same mutator, whose mutations are in the outbox before anybody sees what
   * they did. What is run again only the server may refuse. On rebase a refused
   * mutation becomes a no-op: thrown there it would stop every pull and freeze
   * the view, though the server has yet to answer for it.
   */
  #recording(mutator: MutatorDefs[string]): MutatorDefs[string] {
    return async (tx: WriteTransaction, args: ReadonlyJSONValue) => {
      const isInitial = tx.reason === "initial";
      const pending = this.#unrecorded.get(tx.mutationID);
      let result: ReadonlyJSONValue | void = undefined;
      try {
        result = await mutator(tx, args);
      } catch (error) {
        const isNoOp = isInitial ? pending?.replaced : isRefusal(error);
        if (!isNoOp) throw error;
      }
      if (isInitial) await this.#record(pending!);
      return result;
    };
  }

  async #record({ mutation, replaced }: Unrecorded): Promise<void> {
    const json = JSON.stringify(mutation.args);
    const { byteLength } = new TextEncoder().encode(json);
    if (byteLength > MAX_BYTES_PER_PUSH) {
      // No server would take it: as a mutator refuses.
      throw Object.assign(new Error("This is too large."), {
        code: "too-large",
      });
    }
    if (!await this.outbox.add(mutation, replaced)) {
      throw new AlreadyRerunError();
    }
    this.#unrecorded.delete(mutation.mutationID);
  }
}

const isRefusal = (error: unknown): boolean =>
  typeof (error as { code?: unknown } | undefined)?.code === "string";
