// The assertions that this project's tests use, under the names of @std/assert.
import { difference, show } from "./difference.ts";
import { equal } from "./equal.ts";
import { shapedLike } from "./shape.ts";

export { equal };
export { assertRejects, assertThrows } from "./throws.ts";
import { AssertionError } from "./assertion_error.ts";
export { AssertionError };

function unless(condition: unknown, text: string, msg?: string): void {
  if (!condition) throw new AssertionError(text + (msg ? `: ${msg}` : "."));
}

/** Fails unless `expr` is truthy. */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

/** Fails unless `expr` is falsy. */
export function assertFalse(expr: unknown, msg = ""): void {
  if (expr) throw new AssertionError(msg);
}

/** Fails. */
export function fail(msg?: string): never {
  throw new AssertionError(`Failed assertion${msg ? `: ${msg}` : "."}`);
}

/** Fails unless both are equal in depth; see {@linkcode equal}. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  const note = msg ? `: ${msg}` : ".";
  throw new AssertionError(
    `Values are not equal${note}\n${difference(actual, expected)}`,
  );
}

/** Fails if both are equal in depth. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  const text = `Expected actual: ${show(actual)} not to be: ${show(expected)}`;
  unless(!equal(actual, expected), text, msg);
}

/** Fails unless both are the same value, by `Object.is`. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  const text = show(actual) === show(expected)
    ? "Values have the same structure but are not reference-equal"
    : "Values are not strictly equal";
  throw new AssertionError(
    `${text}${msg ? `: ${msg}` : "."}\n${difference(actual, expected)}`,
  );
}

/** Fails for null and undefined. */
export function assertExists<T>(
  actual: T,
  msg?: string,
): asserts actual is NonNullable<T> {
  const text = `Expected actual: "${actual}" to not be null or undefined`;
  unless(actual !== undefined && actual !== null, text, msg);
}

/** Fails unless `actual` is an instance of the class. */
export function assertInstanceOf<
  // deno-lint-ignore no-explicit-any
  T extends abstract new (...args: any[]) => any,
>(
  actual: unknown,
  expectedType: T,
  msg?: string,
): asserts actual is InstanceType<T> {
  const text = `Expected object to be an instance of "${expectedType.name}" ` +
    `but was ${show(actual)}`;
  unless(actual instanceof expectedType, text, msg);
}

/** Fails unless the text matches. */
export function assertMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  const text = `Expected actual: "${actual}" to match: "${expected}"`;
  unless(expected.test(actual), text, msg);
}

/** Fails unless the text holds the other one. */
export function assertStringIncludes(
  actual: string,
  expected: string,
  msg?: string,
): void {
  const text = `Expected actual: "${actual}" to contain: "${expected}"`;
  unless(actual.includes(expected), text, msg);
}

/** Fails unless every expected item equals one of the actual ones. */
export function assertArrayIncludes<T>(
  actual: ArrayLike<T> & object,
  expected: ArrayLike<T> & object,
  msg?: string,
): void {
  const items = Array.from(actual);
  const missing = Array.from(expected)
    .filter((item) => !items.some((other) => equal(item, other)));
  const text = `Expected actual: "${show(actual)}" to include: "${
    show(expected)
  }", missing: ${show(missing)}`;
  unless(missing.length === 0, text, msg);
}

/** Fails unless `actual > expected`. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  assert(
    actual > expected,
    msg ?? `Expect ${show(actual)} > ${show(expected)}`,
  );
}

/** Fails unless `actual >= expected`. */
export function assertGreaterOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  assert(
    actual >= expected,
    msg ?? `Expect ${show(actual)} >= ${show(expected)}`,
  );
}

/** Fails unless `actual < expected`. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  assert(
    actual < expected,
    msg ?? `Expect ${show(actual)} < ${show(expected)}`,
  );
}

/** Fails unless `actual <= expected`. */
export function assertLessOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  assert(
    actual <= expected,
    msg ?? `Expect ${show(actual)} <= ${show(expected)}`,
  );
}

/** Fails unless `actual` has all that `expected` has; it may have more. */
export function assertObjectMatch(
  // deno-lint-ignore no-explicit-any
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  assertEquals(
    shapedLike(actual, expected),
    shapedLike(expected, expected),
    msg,
  );
}
