// Assertions about what a function throws.
import { AssertionError } from "./assertion_error.ts";

// deno-lint-ignore no-explicit-any
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

/** Fails unless `fn` throws; returns what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Fails unless `fn` throws an error of the class whose message holds a text. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  errorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  ...expected: [...unknown[]]
): unknown {
  try {
    fn();
  } catch (error) {
    return check(error, expected);
  }
  throw missing("Expected function to throw", expected);
}

/** Fails unless `fn` returns a promise that rejects; resolves to the reason. */
export function assertRejects(
  fn: () => PromiseLike<unknown>,
  msg?: string,
): Promise<unknown>;
/** Fails unless it rejects with an error of the class whose message holds a text. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  ...expected: [...unknown[]]
): Promise<unknown> {
  let promise: PromiseLike<unknown> | undefined;
  try {
    promise = fn();
    await promise;
  } catch (error) {
    if (promise) return check(error, expected);
  }
  const text = promise && typeof promise.then === "function"
    ? "Expected function to reject"
    : "Function throws when expected to reject";
  throw missing(text, expected);
}

function missing(text: string, expected: unknown[]): AssertionError {
  const msg = typeof expected[0] === "string" ? expected[0] : expected[2];
  return new AssertionError(text + (msg ? `: ${msg}` : "."));
}

function check(error: unknown, expected: unknown[]): unknown {
  const [errorClass, part] = expected;
  if (typeof errorClass !== "function") return error;
  if (!(error instanceof Error)) {
    throw missing("A non-Error object was thrown", expected);
  }
  if (!(error instanceof errorClass)) {
    const text = `Expected error to be instance of "${errorClass.name}", ` +
      `but was "${error.constructor.name}" (${error.message})`;
    throw missing(text, expected);
  }
  if (typeof part === "string" && !error.message.includes(part)) {
    const [want, got] = [part, error.message].map((s) => JSON.stringify(s));
    const text = `Expected error message to include ${want}, but got ${got}`;
    throw missing(text, expected);
  }
  return error;
}
