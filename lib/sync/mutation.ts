// One mutation on the server: run it in memory, and tell a refusal from a failure.
import type { ReadonlyJSONValue } from "replicache";
import * as v from "@badrap/valita";
import type { Mutator, User } from "./domain.ts";
import type { Draft, Staged } from "./draft.ts";
import { count, ID, type Mutation } from "./protocol.ts";
import { assertKey } from "./limits.ts";
import { type Source, Transaction } from "./transaction.ts";

/** The engine's own mutator, there in every space. */
const DISMISS = "dismissRejection";
const Dismissal = v.object({
  clientID: ID,
  mutationID: count.assert((n) => n > 0),
});

// How much of a refused mutation's args and of the reason is stored, in UTF-16 units.
const MAX_ARGS_LENGTH = 4_096;
const MAX_REASON_LENGTH = 500;

/** A draft in which up to `most` entries that are not remembered are absent: `guessed` says which. */
class GuessingSource implements Source {
  readonly guessed = new Set<string>();

  constructor(private readonly draft: Draft, private readonly most: number) {}

  entry(key: string): Promise<ReadonlyJSONValue | undefined> {
    const isGuessed = this.guessed.has(key) ||
      (!this.draft.knows(key) && this.guessed.size < this.most);
    if (!isGuessed) return this.draft.entry(key);
    assertKey(key);
    this.guessed.add(key);
    return NOT_THERE;
  }

  entriesFrom(key: string) {
    return this.draft.entriesFrom(key);
  }
}

const NOT_THERE = Promise.resolve(undefined);

/**
 * As `runMutation`, but up to `most` entries that are not remembered are guessed
 * to be absent; `isGuess` says whether there was one. Nothing is `staged` unless
 * the mutation sets each of them: what it does may rest on a guess, then, and it
 * has to be run with all that there is.
 */
export async function runGuessing(
  draft: Draft,
  mutators: ReadonlyMap<string, Mutator>,
  { name, args, id, clientID }: Mutation,
  most: number,
): Promise<{ staged?: Staged; isGuess: boolean }> {
  const source = new GuessingSource(draft, most);
  const tx = new Transaction(source, clientID, id);
  try {
    await mutators.get(name)!(tx, args);
    draft.assertReadsSucceeded();
    const { guessed } = source;
    const isGuess = guessed.size > 0;
    if (guessed.values().some((key) => !tx.written.get(key))) {
      return { isGuess };
    }
    return { staged: await draft.stage(tx.written, guessed), isGuess };
  } catch {
    draft.assertReadsSucceeded();
    return { isGuess: source.guessed.size > 0 };
  }
}

/**
 * Runs a mutation on top of a draft and gives back what it would change; a
 * refused one changes nothing but leaves a rejection for its user. Throws only
 * when a storage call failed: then nothing is known of the mutation.
 */
export async function runMutation(
  draft: Draft,
  mutators: ReadonlyMap<string, Mutator>,
  user: User,
  mutation: Mutation,
): Promise<Staged> {
  const { name, args, id, clientID } = mutation;
  try {
    if (name === DISMISS) {
      const dismissal = Dismissal.try(args, { mode: "strip" });
      if (!dismissal.ok) {
        throw new Refused("bad-args", "clientID, mutationID: of a rejection.");
      }
      const { clientID, mutationID } = dismissal.value;
      return draft.stageDismissal(user.userID, clientID, mutationID);
    }
    const mutator = mutators.get(name);
    if (!mutator) {
      throw new Refused("unknown-mutator", "There is no such mutator.");
    }
    const tx = new Transaction(draft, clientID, id);
    await mutator(tx, args);
    draft.assertReadsSucceeded();
    return await draft.stage(tx.written);
  } catch (error) {
    draft.assertReadsSucceeded();
    return await reject(draft, user, mutation, error);
  }
}

/** What is stored for a mutation that is refused for good. */
export function reject(
  draft: Draft,
  user: User,
  { name, args, id, clientID }: Mutation,
  error: unknown,
): Promise<Staged> {
  return draft.stageRejection(user.userID, clientID, id, {
    clientID,
    mutationID: id,
    name: name.slice(0, 100),
    args: truncate(args),
    at: Date.now(),
    ...reasonOf(error, name),
  });
}

class Refused extends Error {
  constructor(readonly code: string, message: string) {
    super(message);
  }
}

/** A refusal is an error with a string `code`, of any class; all else is a fault of ours. */
function reasonOf(error: unknown, name: string) {
  if (
    error instanceof Error && "code" in error &&
    typeof error.code === "string" && typeof error.message === "string"
  ) {
    const { code, message } = error;
    return {
      code: code.slice(0, 50),
      message: message.slice(0, MAX_REASON_LENGTH),
    };
  }
  console.error(`The mutator ${JSON.stringify(name)} threw`, error);
  return { code: "internal", message: "Something went wrong on the server." };
}

/** The args, or the beginning of their JSON when that is long. */
function truncate(args: ReadonlyJSONValue | undefined): ReadonlyJSONValue {
  const json = JSON.stringify(args) ?? "null";
  return json.length <= MAX_ARGS_LENGTH
    ? args ?? null
    : json.slice(0, MAX_ARGS_LENGTH);
}
