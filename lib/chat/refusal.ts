// What a mutator throws when it will never do what it was asked.

/** Why a mutation is refused; the same words reach the author in the browser. */
export type RefusalCode =
  | "bad-args"
  | "not-allowed"
  | "not-found"
  | "taken";

/**
 * A refusal: final, whoever asks again. Both sides know it by its string
 * `code`, so that the engine needs no import from here.
 */
export class Refusal extends Error {
  override name = "Refusal";
  constructor(readonly code: RefusalCode, message: string) {
    super(message);
  }
}

/** What to tell a person when something was refused: the sentence, without the field's name before it. */
export function reasonOf(refusal: Pick<Error, "message">): string {
  return refusal.message.replace(/^\w+: /, "");
}
