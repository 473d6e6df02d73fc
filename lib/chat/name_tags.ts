// A tag beside the name of people who share it: the end of their ID, which tells them apart.

type Person = { id: string; name: string };

/** A name as it looks at a glance: without case, width, spacing and invisible characters. */
const lookOf = (name: string): string =>
  name.normalize("NFKC").replaceAll(/\p{Cf}/gu, "").replaceAll(/\s+/g, " ")
    .trim().toLowerCase();

/** In characters. */
const MIN_TAG = 4;

/**
 * Returns a function that finds a person's tag among `people`: the end of their
 * ID, long enough to differ from those of all others of that name; undefined
 * when none of `people` shares their name. The person need not be one of
 * `people`: authors of messages may have left the room.
 */
export function nameTagsFor(
  people: readonly Person[],
): (person: Person) => string | undefined {
  const byLook = Map.groupBy(people, ({ name }) => lookOf(name));
  return ({ id, name }) => {
    const others = (byLook.get(lookOf(name)) ?? [])
      .filter((other) => other.id !== id);
    if (others.length === 0) return undefined;
    let length = MIN_TAG;
    const isShared = () =>
      others.some((other) => other.id.slice(-length) === id.slice(-length));
    while (length < id.length && isShared()) length++;
    return id.slice(-length);
  };
}
