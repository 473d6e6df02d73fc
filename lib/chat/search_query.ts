// What is asked of a search: words, and filters as `from:ada`, by which messages are found on the device and on the server.
import type { Message, MessageFile } from "./schema.ts";
import { fileCount } from "./strings/files.ts";
import { relevance, searchable, termsOf } from "./text_search.ts";

/** A search of messages: all of it has to be so of a message. */
export type SearchQuery = {
  /** Folded words of its text, its author's name or the names of its files. */
  terms: string[];
  /** Folded words of its author's name. */
  from: string[];
  /** Folded words of its room's name. */
  in: string[];
  hasFile: boolean;
  /** When it was written, in milliseconds since 1970: before one time, and from another on. */
  before?: number;
  after?: number;
};

/** How long a query, or a part of it, may be, in UTF-16 units: each word is looked for in each message. */
export const MAX_QUERY = 200;

/** A filter with its value, in quotes where that has spaces, or anything else between spaces. */
const PARTS = /(from|in|has|before|after):(?:"([^"]*)"?|(\S*))|\S+/gi;

/** What stands around a word that is not of it: quotes, brackets, the marks at the end of a clause; a point behind a number is of it. */
const AROUND =
  /^["'“”‘’„‚«»‹›「『([{¿¡]+|(?:["'“”‘’„‚«»‹›」』)\]},;:!?…、。，！？]|(?<!\p{N})\.)+$/gu;

/** The words of a text, without what stands around them; one that is all signs stays. */
const wordsIn = (text: string): string[] =>
  termsOf(
    text.split(/\s+/).map((each) => each.replace(AROUND, "") || each)
      .join(" "),
  );

/**
 * What somebody has typed. `from:ada in:"The kitchen" has:file after:2026-01-30
 * before:2026-02-01` are filters, the days by this device's clock and neither of
 * them included; a filter without its value yet is none, and what only looks
 * like one is a word.
 */
export function parseQuery(text: string): SearchQuery {
  const query: SearchQuery = { terms: [], from: [], in: [], hasFile: false };
  const words: string[] = [];
  for (const [part, name, quoted, bare] of text.matchAll(PARTS)) {
    if (!name || !addFilter(query, name.toLowerCase(), quoted ?? bare)) {
      words.push(part);
    }
  }
  query.terms = wordsIn(words.join(" "));
  return query;
}

/** False for what is no filter. */
function addFilter(query: SearchQuery, name: string, value: string): boolean {
  if (value === "") return true;
  // As people and rooms are written elsewhere.
  const named = value.replace(/^[@#]+/, "");
  switch (name) {
    case "from":
      query.from.push(...wordsIn(named));
      return true;
    case "in":
      query.in.push(...wordsIn(named));
      return true;
    case "has":
      if (!/^files?$/i.test(value)) return false;
      return query.hasFile = true;
    default: {
      const [first, next] = dayOf(value) ?? [];
      if (first === undefined || next === undefined) return false;
      if (name === "before") query.before = first;
      else query.after = next;
      return true;
    }
  }
}

/** When a day begins here, and the one after it, in milliseconds since 1970; undefined for what is none. */
function dayOf(text: string): [number, number] | undefined {
  const [, year, month, day] = text.match(/^(\d{4})-(\d\d)-(\d\d)$/) ?? [];
  if (!year) return undefined;
  const start = new Date(Number(year), Number(month) - 1, Number(day));
  if (start.getDate() !== Number(day)) return undefined;
  const next = new Date(start);
  next.setDate(next.getDate() + 1);
  return [start.getTime(), next.getTime()];
}

/** Whether anything but words is asked for. */
export const hasFilters = (
  { from, in: rooms, hasFile, before, after }: SearchQuery,
): boolean =>
  from.length > 0 || rooms.length > 0 || hasFile || before !== undefined ||
  after !== undefined;

/** Whether there is anything to look for. */
export const isEmpty = (query: SearchQuery): boolean =>
  query.terms.length === 0 && !hasFilters(query);

/** What of a message is searched. */
type Searched =
  & Pick<Message, "from" | "content" | "createdAt">
  & { files?: readonly Pick<MessageFile, "name">[] };

/** How many files a message has, and their names; empty without any. */
export const filesOf = ({ files = [] }: Pick<Searched, "files">): string =>
  files.length === 0
    ? ""
    : `${fileCount(files.length)}: ${files.map(({ name }) => name).join(", ")}`;

/** All of a message that words are looked for in, as it is searched. As it was typed: to parse it would take much longer. */
export const searchedText = (message: Searched): string =>
  searchable(`${message.from} ${message.content} ${filesOf(message)}`);

/** Whether a room's name is one that is asked for. */
export const isInRoom = (query: SearchQuery, name: string): boolean =>
  relevance(searchable(name), query.in) !== undefined;

/** Whether a message passes the filters, that of its room aside. */
export const passes = (
  { from, hasFile, before = Infinity, after = -Infinity }: SearchQuery,
  message: Searched,
): boolean =>
  message.createdAt < before && message.createdAt >= after &&
  (!hasFile || message.files !== undefined) &&
  (from.length === 0 ||
    relevance(searchable(message.from), from) !== undefined);

/** A query as the server is asked it, from a place in what it has found on. */
export function searchParamsOf(
  { terms, from, in: rooms, hasFile, before, after }: SearchQuery,
  next?: string,
): URLSearchParams {
  return new URLSearchParams({
    ...terms.length > 0 && { q: terms.join(" ") },
    ...from.length > 0 && { from: from.join(" ") },
    ...rooms.length > 0 && { in: rooms.join(" ") },
    ...hasFile && { file: "1" },
    ...before !== undefined && { before: `${before}` },
    ...after !== undefined && { after: `${after}` },
    ...next !== undefined && { next },
  });
}
