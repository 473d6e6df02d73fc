// Finds rooms by what a person types. Apart from the pages of a list, which a room's first load needs.
import { relevance, searchable, termsOf } from "./text_search.ts";
import type { RoomSummary } from "./views.ts";

/** Whether a room has all words of a query in its name and topic, compared as people see texts. */
export function roomFinder(
  query: string,
): (room: Pick<RoomSummary, "name" | "topic">) => boolean {
  const terms = termsOf(query);
  return ({ name, topic }) =>
    relevance(searchable(`${name} ${topic}`), terms) !== undefined;
}
