// The mutators of a replica: those of its space and the engine's own, safe to rebase, each noted before it shows.
import type {
  MutatorDefs,
  ReadonlyJSONValue,
  WriteTransaction,
} from "replicache";
import { dismissRejection } from "../rejections.ts";

/** What a space's mutators become in a replica: the engine's own are there as well. */
export type WithOwn<M extends MutatorDefs> = M & {
  dismissRejection: typeof dismissRejection;
};

/** What a replica does besides, when a mutation is made. */
export type Maker = {
  /** Notes a mutation, after it has run and before anybody sees what it did. */
  note(
    tx: WriteTransaction,
    name: string,
    args: ReadonlyJSONValue,
  ): Promise<void>;
  /** Whether it was made before, and is run again: then only the server may refuse it. */
  again(): boolean;
};

/** The mutators to give to Replicache. */
export function ownAnd<M extends MutatorDefs>(
  mutators: M,
  maker: Maker,
): WithOwn<M> {
  const all = Object.entries({ ...mutators, dismissRejection });
  return Object.fromEntries(
    all.map(([name, mutator]) => [name, made(name, mutator, maker)]),
  ) as WithOwn<M>;
}

/**
 * On rebase a refused mutation becomes a no-op: thrown there it would stop
 * every pull and freeze the view, though the server has yet to answer for it.
 */
function made(name: string, mutator: MutatorDefs[string], maker: Maker) {
  return async (tx: WriteTransaction, args: ReadonlyJSONValue) => {
    const first = tx.reason === "initial";
    let result: unknown;
    try {
      result = await mutator(tx, args);
    } catch (error) {
      if (first ? !maker.again() : !isRefusal(error)) throw error;
    }
    if (first) await maker.note(tx, name, args ?? null);
    return result;
  };
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error &&
    "code" in error && typeof error.code === "string";
}
