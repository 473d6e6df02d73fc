// Two people may have names that look the same: a short tag tells them apart.

type Person = { id: string; name: string };

// Capital letters of Greek and Cyrillic, each before the Latin one that it looks like.
const LOOKALIKES =
  "ΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXАAВBЕEЅSІIЈJКKМMНHОOРPСCТTУYХXԚQԜWԀD";

/** How a name looks to a hasty reader: without script, case, width, spacing and what is not seen. */
export const lookOf = (name: string): string =>
  name.normalize("NFKC").replaceAll(INVISIBLE, "").replaceAll(/\s+/g, " ")
    .trim().toUpperCase().replaceAll(/[\u0370-\u052f]/g, (letter) => {
      const i = LOOKALIKES.indexOf(letter);
      return i < 0 ? letter : LOOKALIKES[i + 1];
    });

const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;

const SHORTEST_TAG = 4;

/**
 * Finds the tag of a person among `people`: the end of their ID, long enough to
 * be that of no other with such a name; undefined for a name that nobody else
 * has. The person need not be among them: they may have left.
 */
export function nameTagsFor(
  people: readonly Person[],
): (person: Person) => string | undefined {
  const byLook = Map.groupBy(people, ({ name }) => lookOf(name));
  return ({ id, name }) => {
    const others = (byLook.get(lookOf(name)) ?? [])
      .filter((other) => other.id !== id);
    if (others.length === 0) return undefined;
    let length = SHORTEST_TAG;
    const isShared = () =>
      others.some((other) => other.id.slice(-length) === id.slice(-length));
    while (length < id.length && isShared()) length++;
    return id.slice(-length);
  };
}
