// Equality in depth.

/**
 * True if both values have the same structure. `NaN` equals `NaN` and `0`
 * equals `-0`; a property that is undefined differs from one that is absent;
 * prototypes must be the same (null counts as `Object.prototype`); functions,
 * promises and the like are equal only to themselves. Cycles are fine.
 */
export function equal(a: unknown, b: unknown): boolean {
  return same(a, b, new Map());
}

type Seen = Map<unknown, unknown>;

function same(a: unknown, b: unknown, seen: Seen): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (!isObject(a) || !isObject(b) || prototype(a) !== prototype(b)) {
    return false;
  }
  if (a instanceof WeakMap || a instanceof WeakSet) {
    throw new TypeError(`Cannot compare ${a.constructor.name} instances`);
  }
  if (a instanceof WeakRef) {
    return same(a.deref(), (b as typeof a).deref(), seen);
  }
  if (a instanceof Date) return Object.is(+a, +(b as Date));
  if (isNamedByText(a)) return String(a) === String(b);
  if (a instanceof ArrayBuffer) {
    return same(new Uint8Array(a), new Uint8Array(b as ArrayBuffer), seen);
  }
  if (a instanceof TypedArray) return sameNumbers(a, b as typeof a);
  if (Object.keys(a).length !== Object.keys(b).length) return false;
  if (seen.get(a) === b) return true;
  seen.set(a, b);
  if (a instanceof Set) return sameItems([...a], [...b as Set<unknown>], seen);
  if (a instanceof Map) {
    return sameItems([...a], [...b as Map<unknown, unknown>], seen);
  }
  const keys = new Set([...keysOf(a), ...keysOf(b)]);
  return keys.values().every((key) =>
    (key in a) === (key in b) &&
    same(Reflect.get(a, key), Reflect.get(b, key), seen)
  );
}

const TypedArray: abstract new () => ArrayLike<number> = Object.getPrototypeOf(
  Uint8Array,
);

function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i] && !Object.is(a[i], b[i])) return false;
  }
  return true;
}

/** Sets and maps: each item has its equal, in any order. */
function sameItems(a: unknown[], b: unknown[], seen: Seen): boolean {
  if (a.length !== b.length) return false;
  const rest = new Set(b);
  return a.every((item) =>
    rest.values().some((other) => same(item, other, seen) && rest.delete(other))
  );
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function prototype(value: object): object {
  return Object.getPrototypeOf(value) ?? Object.prototype;
}

/** Values whose text says all; their properties would say nothing. */
function isNamedByText(value: object): boolean {
  return value instanceof RegExp || value instanceof URL ||
    value instanceof URLSearchParams ||
    String(Reflect.get(value, Symbol.toStringTag)).startsWith("Temporal.");
}

/** Plain values: what is enumerable. Instances: also what their classes define. */
function keysOf(value: object): Iterable<PropertyKey> {
  const isPlain = Array.isArray(value) || prototype(value) === Object.prototype;
  if (isPlain) return Reflect.ownKeys({ ...value });
  const keys: PropertyKey[] = [];
  let level = value;
  while (level !== Object.prototype && level !== null) {
    keys.push(...Reflect.ownKeys(level));
    level = Object.getPrototypeOf(level);
  }
  return keys;
}
