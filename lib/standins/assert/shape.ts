// The part of a value that an expected shape speaks of.

/** `value` without the properties and items that `shape` lacks, in depth. */
export function shapedLike(
  value: unknown,
  shape: unknown,
  seen: Map<unknown, unknown> = new Map(),
): unknown {
  if (!isComposite(value) || !isComposite(shape)) return value;
  if (seen.has(value)) return seen.get(value);
  const part = (inner: unknown, of: unknown) => shapedLike(inner, of, seen);
  if (Array.isArray(value) && Array.isArray(shape)) {
    const items: unknown[] = [];
    seen.set(value, items);
    for (let i = 0; i < Math.min(value.length, shape.length); i++) {
      items.push(part(value[i], shape[i]));
    }
    return items;
  }
  if (value instanceof Set && shape instanceof Set) {
    return value.intersection(shape);
  }
  if (value instanceof Map && shape instanceof Map) {
    const kept = [...value].filter(([key]) => shape.has(key));
    return new Map(kept.map(([key, v]) => [key, part(v, shape.get(key))]));
  }
  const result: Record<PropertyKey, unknown> = {};
  seen.set(value, result);
  for (const key of Reflect.ownKeys(shape)) {
    if (!Object.hasOwn(value, key)) continue;
    result[key] = part(Reflect.get(value, key), Reflect.get(shape, key));
  }
  return result;
}

function isComposite(value: unknown): value is object {
  return typeof value === "object" && value !== null &&
    !(value instanceof Date) && !(value instanceof RegExp);
}
