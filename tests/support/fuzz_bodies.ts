// Generates bodies that are close to a valid one: changed in its structure, or cut and altered as bytes.
import type { Arbitrary } from "fast-check";

/** Values that are not what one expects, among any JSON. */
export const ODD_VALUES: unknown[] = [
  ...[null, true, 0, -1, 1.5, 2 ** 53, 1e308, "", " ", "x".repeat(5_000)],
  ...["\0", "\u202e", "\ud800", "__proto__", "constructor", "💬".repeat(50)],
  ...["../../etc/passwd", "room:general", "'; drop table", "<script>"],
  ...[[], {}, [[]], { __proto__: null, toString: 1 }],
];

type FastCheck = typeof import("fast-check");

/** The JSON of a body one or more steps away from `valid`. */
export function mutatedJSON(fc: FastCheck, valid: unknown): Arbitrary<string> {
  const odd = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...ODD_VALUES) },
    fc.jsonValue({ maxDepth: 3 }),
  );
  const step = fc.record({
    where: fc.nat(),
    how: fc.constantFrom("replace", "remove", "add", "nest", "repeat"),
    odd,
    name: fc.oneof(fc.constantFrom("id", "name", "__proto__"), fc.string()),
  });
  return fc.array(step, { minLength: 1, maxLength: 3 }).map((steps) => {
    // As a holder, so that the body itself can be replaced, too.
    const holder = { body: structuredClone(valid) };
    for (const { where, how, odd, name } of steps) {
      const places = placesIn(holder);
      if (places.length === 0) break; // all of it is gone
      const [parent, key] = places[where % places.length];
      const value = structuredClone(odd); // later steps may change it
      switch (how) {
        case "replace":
          parent[key] = value;
          break;
        case "remove":
          delete parent[key];
          break;
        case "add":
          define(parent[key], name, value);
          break;
        case "nest":
          parent[key] = [parent[key]];
          break;
        case "repeat":
          parent[key] = [parent[key], parent[key]];
      }
    }
    return JSON.stringify(holder.body) ?? "";
  });
}

type Place = [parent: Record<string, unknown>, key: string];

/** Every place in a value where another could stand. */
function placesIn(parent: object): Place[] {
  return Object.keys(parent).flatMap((key): Place[] => {
    const place: Place = [parent as Record<string, unknown>, key];
    const value = place[0][key];
    const isOpen = value !== null && typeof value === "object";
    return isOpen ? [place, ...placesIn(value)] : [place];
  });
}

/** Adds a property as JSON would: `__proto__` becomes one of its own. */
function define(target: unknown, name: string, value: unknown): void {
  if (target === null || typeof target !== "object") return;
  const all = { value, enumerable: true, configurable: true, writable: true };
  if (!Array.isArray(target)) Object.defineProperty(target, name, all);
}

/** Bytes that may or may not be text, JSON or a form. */
export function rawBody(
  fc: FastCheck,
  valid: string,
): Arbitrary<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  const bytes = encoder.encode(valid);
  return fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.string({ unit: "binary", maxLength: 40 }).map((s) => encoder.encode(s)),
    // Cut short, or with one byte changed.
    fc.nat(bytes.length).map((end) => bytes.slice(0, end)),
    fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)).map(([at, byte]) =>
      bytes.with(at, byte)
    ),
    fc.constantFrom("[", '{"a":').map((open) =>
      encoder.encode(open.repeat(99))
    ),
  ).map((made) => new Uint8Array(made));
}
