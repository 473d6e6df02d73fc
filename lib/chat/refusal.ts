// The error that mutators and server writes throw to refuse something for good.

/** Why it was refused; the author's browser gets the same code. */
export type RefusalCode =
  | "bad-args"
  | "file-missing"
  | "full"
  | "incomplete"
  | "not-allowed"
  | "not-found"
  | "taken"
  | "too-large"
  | "wrong-hash"
  | "wrong-length";

/**
 * A refusal is final: asking again changes nothing. The engine and the replica
 * know it by its string `code`, so they need no import from here. The message
 * is a sentence for the person, in a `bad-args` one after the field's name.
 */
export class Refusal extends Error {
  override name = "Refusal";
  constructor(readonly code: RefusalCode, message: string) {
    super(message);
  }
}

/** The sentence of a refusal, without the field's name before it. */
export function reasonOf(refusal: Pick<Error, "message">): string {
  return refusal.message.replace(/^\w+: /, "");
}
