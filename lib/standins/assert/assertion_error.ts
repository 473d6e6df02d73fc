// The error of a failed assertion.

/** Thrown by every assertion that fails. */
export class AssertionError extends Error {
  override name = "AssertionError";
}
