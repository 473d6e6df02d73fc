// Two people may have names that look the same: a short tag tells them apart, and people who are here from bots and who wrote elsewhere.

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

/** What the ID of somebody begins with who wrote elsewhere: no account's does, as those are ULIDs. */
export const IMPORTED = "imported-";

/** What the ID of a bot begins with. */
export const BOT = "bot-";

/** Whether an ID is that of a bot. */
export const isBot = (id: string): boolean => id.startsWith(BOT);

/** Whether an ID is that of somebody whose messages were imported. */
export const isImported = (id: string): boolean => id.startsWith(IMPORTED);

/**
 * Finds the tag of a person among `people`: the end of their ID, long enough to
 * be that of no other with such a name; undefined for a name that nobody else
 * has. The person need not be among them: they may have left. Who wrote
 * elsewhere has one in any case, "imported", and so has a bot, "bot": it may be
 * anybody's name.
 */
export function nameTagsFor(
  people: readonly Person[],
): (person: Person) => string | undefined {
  const byLook = Map.groupBy(people, ({ name }) => lookOf(name));
  return ({ id, name }) => {
    // What the ID begins with is the word: a room's first load holds it once.
    const [, kind] = id.match(/^(imported|bot)-/) ?? [];
    if (kind) return kind;
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
