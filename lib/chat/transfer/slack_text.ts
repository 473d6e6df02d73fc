// What Slack stores as a message's text, as this chat writes it: names, links, formatting and emoji.
import iamcal from "emojibase-data/en/shortcodes/iamcal.json" with {
  type: "json",
};
import { graphemesOf } from "../graphemes.ts";
import { MAX_CONTENT } from "../lengths.ts";
import { trimContent } from "../visible.ts";

/** What IDs in a text stand for; undefined for one that is not known. */
export type Names = {
  person(id: string): string | undefined;
  channel(id: string): string | undefined;
};

/** Slack's names of emoji are those of this list. */
const EMOJI = new Map(
  Object.entries(iamcal as Record<string, string | string[]>)
    .flatMap(([code, names]) => [names].flat().map((name) => [name, code])),
);

const ONE_EMOJI = /^\p{RGI_Emoji}$/v;
const SKIN_TONES = ["🏻", "🏼", "🏽", "🏾", "🏿"]; // Slack counts them from 2

/**
 * The emoji of a name, such as "wave" or "wave::skin-tone-3"; undefined for one
 * that a workspace has made for itself.
 */
export function emojiOf(shortcode: string): string | undefined {
  const [name, tone] = shortcode.split("::skin-tone-");
  const code = EMOJI.get(name);
  if (code === undefined) return undefined;
  const points = code.split("-").map((hex) => parseInt(hex, 16));
  const [first, ...rest] = points.map((point) => String.fromCodePoint(point));
  const plain = [first, ...rest].join("");
  if (!tone) return plain;
  // The colour stands where the variation selector would.
  const coloured = first + SKIN_TONES[Number(tone) - 2] +
    rest.join("").replace(/^\ufe0f/, "");
  return ONE_EMOJI.test(coloured) ? coloured : plain;
}

const CODE = /(```[^]*?```|`[^`\n]+`)/;
const TOKEN = /<([^<>\n]*)>/g;
/** Two characters for private use, around the number of a token that was taken out. */
const PLACE = /\ue000(\d+)\ue001/g;
const SHORTCODE = /:([\p{L}\p{N}_+'-]+(?:::skin-tone-[2-6])?):/gu;

/** Between borders of words, in one line, as Slack takes it. */
const paired = (mark: string) =>
  new RegExp(
    `(?<![\\p{L}\\p{N}${mark}])${mark}(?=[^\\s${mark}])([^${mark}\\n]*[^\\s${mark}])${mark}(?![\\p{L}\\p{N}${mark}])`,
    "gu",
  );
const BOLD = paired("\\*");
const STRUCK = paired("~");

/** A text of Slack's as a message's, in Markdown; it may be too long for one. */
export const textOf = (text: string, names: Names): string =>
  text.split(CODE).map((part, i) =>
    i % 2 === 1
      ? unescaped(part.replaceAll(TOKEN, (_, token) => plain(token, names)))
      : formatted(part, names)
  ).join("");

function formatted(text: string, names: Names): string {
  const tokens: string[] = [];
  const withPlaces = text.replaceAll(/[\ue000\ue001]/g, "")
    .replaceAll(TOKEN, (_, token) => {
      tokens.push(inMarkdown(token, names));
      return `\ue000${tokens.length - 1}\ue001`;
    });
  const inOurWay = withPlaces
    .replaceAll(BOLD, "**$1**")
    .replaceAll(STRUCK, "~~$1~~")
    .replaceAll(SHORTCODE, (written, name) => emojiOf(name) ?? written);
  return unescaped(inOurWay).replaceAll(PLACE, (_, i) => tokens[i]);
}

/** What stood between angle brackets, as a text without formatting has it. */
function plain(token: string, names: Names): string {
  const [what, label] = halves(token);
  switch (what[0]) {
    case "@":
      return `@${names.person(what.slice(1)) ?? label ?? what.slice(1)}`;
    case "#":
      return `#${label || (names.channel(what.slice(1)) ?? what.slice(1))}`;
    case "!":
      return label ?? `@${what.slice(1).split("^")[0]}`;
    default:
      return what;
  }
}

function inMarkdown(token: string, names: Names): string {
  const [what, label = ""] = halves(token);
  if (!/^(https?|mailto):/.test(what)) return unescaped(plain(token, names));
  const address = unescaped(what);
  // Where Slack itself made the link, it says the same twice.
  const isSaid = label === "" || what.endsWith(label);
  return isSaid
    ? address.replace(/^mailto:/, "")
    : linkTo(address, unescaped(label));
}

/** A link under a name, in Markdown. */
export const linkTo = (address: string, label: string): string => {
  const name = label.replaceAll(/[\\[\]]/g, "\\$&").replaceAll(/\s+/g, " ");
  const place = address.replaceAll(
    /[\s()<>]/g,
    (c) => c === "(" ? "%28" : c === ")" ? "%29" : encodeURIComponent(c),
  );
  return `[${name}](${place})`;
};

function halves(token: string): [what: string, label: string | undefined] {
  const at = token.indexOf("|");
  return at < 0
    ? [token, undefined]
    : [token.slice(0, at), token.slice(at + 1)];
}

const unescaped = (text: string): string =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** So many UTF-16 units are more characters than a message may have: each is two at most. */
const MORE_THAN_ONE = 2 * MAX_CONTENT + 1;

/** A text as those of messages, each as long as one may be, cut between lines or words where there are any. */
export function inMessages(text: string): string[] {
  const parts: string[] = [];
  const whole = trimContent(text);
  for (let at = 0;;) {
    // No more of it than is looked at: all of the rest, each time, would be its square.
    const characters = [...whole.slice(at, at + MORE_THAN_ONE)];
    if (characters.length <= MAX_CONTENT) {
      return [...parts, trimContent(whole.slice(at))];
    }
    const most = characters.slice(0, MAX_CONTENT).join("");
    const end = Math.max(most.lastIndexOf("\n"), most.lastIndexOf(" "));
    const part = end > most.length / 2 ? most.slice(0, end) : wholeEnd(most);
    parts.push(trimContent(part));
    at += part.length;
    if (whole[at] === " ") at++;
  }
}

/** Without what people take for a character and may be only half there. */
function wholeEnd(text: string): string {
  const last = [...graphemesOf(text.slice(-100))].at(-1)!;
  return text.slice(0, text.length - last.length);
}
