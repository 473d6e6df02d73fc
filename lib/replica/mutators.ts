// The mutators of a replica: those of its space, safe to rebase, and the engine's own.
import type {
  MutatorDefs,
  ReadonlyJSONValue,
  WriteTransaction,
} from "replicache";
import { dismissRejection } from "./rejections.ts";

/** What a space's mutators become in a replica: the engine's own are there as well. */
export type WithOwn<M extends MutatorDefs> = M & {
  dismissRejection: typeof dismissRejection;
};

/** The mutators to give to Replicache. */
export function ownAnd<M extends MutatorDefs>(mutators: M): WithOwn<M> {
  const all = Object.entries({ ...mutators, dismissRejection });
  return Object.fromEntries(
    all.map(([name, mutator]) => [name, withoutRefusalOnRebase(mutator)]),
  ) as WithOwn<M>;
}

/**
 * On rebase a refused mutation becomes a no-op: thrown there it would stop
 * every pull and freeze the view, though the server has yet to answer for it.
 */
function withoutRefusalOnRebase(mutator: MutatorDefs[string]) {
  return async (tx: WriteTransaction, args: ReadonlyJSONValue) => {
    try {
      return await mutator(tx, args);
    } catch (error) {
      if (tx.reason === "rebase" && isRefusal(error)) return;
      throw error;
    }
  };
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error &&
    "code" in error && typeof error.code === "string";
}
