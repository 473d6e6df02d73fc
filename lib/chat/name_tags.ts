// Two people may share a name: a short mark tells them apart.

type Person = { id: string; name: string };

/** How a name looks to a hasty reader: without case, width, spacing and what is not seen. */
const lookOf = (name: string): string =>
  name.normalize("NFKC").replaceAll(/\p{Cf}/gu, "").replaceAll(/\s+/g, " ")
    .trim().toLowerCase();

const SHORTEST = 4;

/**
 * Finds the mark of a person among `people`: the end of their ID, long enough
 * to be nobody else's of that name; undefined for who shares theirs with none.
 * Whoever asks need not be among them: they may have left.
 */
export function nameTagsFor(
  people: readonly Person[],
): (person: Person) => string | undefined {
  const byLook = Map.groupBy(people, ({ name }) => lookOf(name));
  return ({ id, name }) => {
    const others = (byLook.get(lookOf(name)) ?? [])
      .filter((other) => other.id !== id);
    if (others.length === 0) return undefined;
    let length = SHORTEST;
    const isShared = () =>
      others.some((other) => other.id.slice(-length) === id.slice(-length));
    while (length < id.length && isShared()) length++;
    return id.slice(-length);
  };
}
