// Finds bare addresses in a text: where each begins and ends, and what it leads to.

const PROTOCOLS = ["http:", "https:", "mailto:"];

/** An address that is safe to click, in full; undefined for any other. */
export function safeAddress(address: string): string | undefined {
  const url = URL.parse(address);
  return url && PROTOCOLS.includes(url.protocol) ? url.href : undefined;
}

/** A bare address in a text, from one index to another. */
export type BareLink = { from: number; to: number; href: string };

// What ends an address wherever it stands: white space, quotes, angle brackets,
// code, table cells, and the punctuation of scripts that set no space after it.
const END =
  /[\s\p{Cc}<>"`|\u2018-\u201f\u2026\u3000-\u303f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\u2039\u203a\u00ab\u00bb\u00a0\ue000-\uf8ff]/u;
// What may stand in an address, and is not part of it at its end: the end of
// the sentence, formatting around it, a bracket that goes on after it.
const TRAILING = "?!.,:;*_~'&([{";
const OPENING = new Map([[")", "("], ["]", "["], ["}", "{"]]);

// Scripts that set no spaces may stand right before an address.
const START =
  /(?<![\w@.+/-])(?:https?:\/\/(?=[^\s/?#])|www\.(?=[\p{L}\p{N}-]+\.)|mailto:(?=[\w.+-]+@\w))|(?<![\p{L}\p{N}_@.+/:-])[\w.+-]+@(?=[\w-]+\.\w)/giu;
const MAIL_DOMAIN = /^[\w-]+(?:\.[\w-]*\w)+/;

/**
 * The bare addresses in a text, in order. An address ends before a bracket that
 * it did not open and before punctuation that ends the sentence. Takes time in
 * proportion to the text's length.
 */
export function bareLinks(text: string): BareLink[] {
  const links: BareLink[] = [];
  let last = 0;
  for (const { index: from, 0: start } of text.matchAll(START)) {
    if (from < last) continue; // inside the one before
    const isMail = start.endsWith("@");
    const to = isMail
      ? endOfMail(text, from + start.length)
      : endOfAddress(text, from + start.length);
    if (to === 0) continue;
    const typed = text.slice(from, to);
    const href = safeAddress(
      isMail
        ? `mailto:${typed}`
        : /^www\./i.test(typed)
        ? `http://${typed}`
        : typed,
    );
    if (!href) continue;
    links.push({ from, to, href });
    last = to;
  }
  return links;
}

function endOfMail(text: string, from: number): number {
  const domain = text.slice(from, from + 255).match(MAIL_DOMAIN)?.[0];
  if (!domain) return 0;
  // "git@example.org:a/b" and "ada@example.org/x" are no address of a person.
  return /^(?::\S|[/@])/.test(text.slice(from + domain.length))
    ? 0
    : from + domain.length;
}

function endOfAddress(text: string, from: number): number {
  const open: string[] = [];
  let to = from;
  for (; to < text.length; to++) {
    const char = text[to];
    if (END.test(char)) break;
    if ("([{".includes(char)) open.push(char);
    const opening = OPENING.get(char);
    if (opening && open.pop() !== opening) break;
  }
  while (to > from && TRAILING.includes(text[to - 1])) to--;
  return to > from ? to : 0;
}
