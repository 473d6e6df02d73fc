// How the text of a message is read: a little Markdown, and nothing that could do harm.
import { assert, assertEquals, assertFalse } from "@std/assert";
import { parseMarkdown } from "../../../lib/chat/markdown.ts";
import {
  isPlain,
  parsePlain,
  type RichNode,
  textOf,
} from "../../../lib/chat/rich_text.ts";

/** Marks written shortly, as tags around words. */
const html = (nodes: readonly RichNode[]): string =>
  nodes.map((node) => {
    if (typeof node === "string") return node;
    const { tag, href, start } = node;
    const attributes = `${href ? ` ${href}` : ""}${start ? ` ${start}` : ""}`;
    if (tag === "br") return "<br>";
    return `<${tag}${attributes}>${html(node.in ?? [])}</${tag}>`;
  }).join("");

const read = (text: string) => html(parseMarkdown(text));

Deno.test("Bold, italic and code are elements", () => {
  assertEquals(
    read("**bold** _italic_ `a * b`"),
    "<p><strong>bold</strong> <em>italic</em> <code>a * b</code></p>",
  );
});

Deno.test("Lists, quotes and code blocks are elements", () => {
  assertEquals(
    read("- one\n- two\n  1. deep"),
    "<ul><li><p>one</p></li><li><p>two</p><ol><li><p>deep</p></li></ol></li></ul>",
  );
  assertEquals(read("7. seven"), "<ol 7><li><p>seven</p></li></ol>");
  assertEquals(
    read("> wise\n> words"),
    "<blockquote><p>wise<br>words</p></blockquote>",
  );
  assertEquals(read("```js\n**not** bold\n```"), "<pre>**not** bold</pre>");
});

Deno.test("A line break stays one", () => {
  assertEquals(
    read("one\n*two*\n\nthree"),
    "<p>one<br><em>two</em></p><p>three</p>",
  );
});

Deno.test("A bare address is a link, without the stop after it, whatever is in it", () => {
  assertEquals(
    read("(see https://example.org/a_b/__init__.py?x=*1*2)."),
    "<p>(see <a https://example.org/a_b/__init__.py?x=*1*2>https://example.org/a_b/__init__.py?x=*1*2</a>).</p>",
  );
  assertEquals(
    read("mail ada@example.org"),
    "<p>mail <a mailto:ada@example.org>ada@example.org</a></p>",
  );
});

Deno.test("A link that is not http(s) or mailto is its words alone", () => {
  for (
    const address of [
      "javascript:alert(1)",
      "JavaScript:alert(1)",
      "data:text/html,x",
      "vbscript:x",
      "/rooms/general",
      "//example.org",
      "java&#115;cript:alert(1)",
    ]
  ) {
    const nodes = parseMarkdown(`[here](${address}) and <${address}>`);
    assertFalse(JSON.stringify(nodes).includes('"href"'), address);
  }
});

Deno.test("HTML, headings, rules and references are the text that was typed", () => {
  for (
    const text of [
      `<b>bold</b> <script>alert(1)</script>`,
      `<img src=x onerror="alert(1)">`,
      "# not a heading",
      "***",
      "&amp; &#60; &copy;",
      "[a]: https://example.org",
    ]
  ) {
    assertEquals(textOf(parseMarkdown(text)).trim(), text);
  }
});

Deno.test("Something is shown of any text that is not blank", () => {
  for (const text of ["```", "- ", "> ", ">", "1.", "* * *", "`` ``", "[]()"]) {
    assert(textOf(parseMarkdown(text)).trim(), text);
  }
});

Deno.test("A thousand quotes or lists in each other are neither deep nor slow to read", () => {
  for (const piece of [">", "- ", "1. ", "> - ", "_a*", "**a", "[", "[a]("]) {
    const text = piece.repeat(4_000 / piece.length);
    assert(depth(parseMarkdown(text)) < 20, piece);
  }
  const stairs = Array.from(
    { length: 60 },
    (_, i) => `${"  ".repeat(i)}- ${i}`,
  );
  const nodes = parseMarkdown(stairs.join("\n"));
  assert(depth(nodes) < 20);
  assert(textOf(nodes).includes("59")); // what is not read is still there
});

Deno.test("A text that is called plain is what the parser makes of it", () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  let state = seed;
  const random = (n: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * n);
  };
  const pieces = [
    ..."ab1.)-+>#=~!:/&;'\"|{}]? \t\n\n\n",
    ...[
      "\r\n",
      "  ",
      "    ",
      "é",
      "👍",
      "www",
      "http",
      "12",
      "&amp;",
      "\u00a0",
    ],
  ];
  let plain = 0;
  for (let i = 0; i < 20_000; i++) {
    const length = 1 + random(12);
    const text = Array.from({ length }, () => pieces[random(pieces.length)])
      .join("").trim();
    if (text === "" || !isPlain(text)) continue;
    plain++;
    const why = `${JSON.stringify(text)} (seed ${seed}, text ${i})`;
    assertEquals(html(parsePlain(text)), html(parseMarkdown(text)), why);
  }
  assert(plain > 1_000);
});

const depth = (nodes: readonly RichNode[]): number =>
  Math.max(
    0,
    ...nodes.map((node) =>
      typeof node === "string" ? 0 : 1 + depth(node.in ?? [])
    ),
  );
