// Parses JSON that anybody may have sent: what would stall is refused, and what is long is parsed in turns.
import { setImmediate } from "node:timers/promises";

/**
 * Parts are objects, lists, and what follows a comma. So many may be in one
 * element of a list that is a field of the body, as a mutation is one, and
 * outside of such lists; there are no more levels, then. More than a thousand is
 * no mistake: a mutation of ours has ten.
 */
const MAX_PARTS_OF_ELEMENT = 1_000;
/** And so many in all: 8 MiB of the shortest messages have fewer. */
const MAX_PARTS = 500_000;
const TURN_LENGTH = 64 * 1024; // UTF-16 units: 15 ms, when all of them are fields

/**
 * The value of a JSON text, as `JSON.parse` has it. The elements of lists right
 * in the outermost object are parsed some at a time, so that others get their
 * turn: V8 takes a second for 400,000 fields. Throws for what is no JSON, and
 * before anything is parsed for too many parts or levels: for 8 MiB of brackets
 * V8 takes 3.8 s, and this 30 ms.
 */
export async function parseInTurns(json: string): Promise<unknown> {
  const lists = listsIn(json);
  if (json.length <= TURN_LENGTH) return JSON.parse(json);
  // The outermost object first, with a list's number in the place of its elements.
  let outline = "";
  let end = 0;
  lists.forEach((cuts, i) => {
    outline += `${json.slice(end, cuts[0])}${i}`;
    end = cuts.at(-1)!;
  });
  const value = JSON.parse(outline + json.slice(end));
  if (lists.length === 0) return value; // it may be no object: a text of 8 MiB
  for (const list of Object.values<unknown>(value)) {
    if (!Array.isArray(list)) continue;
    const [number] = list.splice(0);
    const cuts: number[] = lists[number];
    for (let i = 0; i + 1 < cuts.length; i++) {
      // Without the comma that it was cut at.
      const text = json.slice(cuts[i] + Number(i > 0), cuts[i + 1]);
      const elements: unknown[] = JSON.parse(`[${text}]`);
      // Beside a comma there must be some.
      if (cuts.length > 2 && elements.length === 0) throw new SyntaxError();
      for (const element of elements) list.push(element);
      await setImmediate();
    }
  }
  return value;
}

/**
 * Where the elements of each list in the outermost object begin, where they are
 * best cut, at commas, and where they end. Throws a `RangeError` for too many
 * parts.
 */
function listsIn(json: string): number[][] {
  const lists: number[][] = [];
  let cuts: number[] | undefined; // of the list that it is in
  let isObject = false;
  let depth = 0;
  let parts = 0;
  let outside = 0; // parts that are in no list of those
  let ofElement = 0; // parts of the element that it is in
  const countPart = () => {
    parts++;
    if (!cuts) outside++;
    else ofElement = depth === 2 ? 0 : ofElement + 1;
    const most = Math.max(outside, ofElement);
    if (most > MAX_PARTS_OF_ELEMENT || parts > MAX_PARTS) {
      throw new RangeError("Too many parts");
    }
  };
  for (let i = 0; i < json.length; i++) {
    switch (json[i]) {
      case '"': // to the end of the text
        while (++i < json.length && json[i] !== '"') if (json[i] === "\\") i++;
        break;
      case ",":
        countPart();
        if (depth === 2 && cuts && i - cuts.at(-1)! > TURN_LENGTH) cuts.push(i);
        break;
      case "[":
      case "{":
        depth++;
        countPart();
        if (depth === 1) isObject = json[i] === "{";
        else if (depth === 2 && isObject && json[i] === "[") {
          cuts = [i + 1];
          ofElement = 0;
        }
        break;
      case "]":
      case "}":
        depth--;
        if (depth !== 1 || !cuts) break;
        lists.push([...cuts, i]);
        cuts = undefined;
    }
  }
  return lists;
}
