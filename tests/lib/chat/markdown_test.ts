// How the text of a message is read: formatting restyles words, and no character of a text gets lost.
import { assert, assertEquals, assertFalse } from "@std/assert";
import { needsGfm, parseMarkdown } from "../../../lib/chat/markdown.ts";
import { gfm } from "../../../lib/chat/markdown_gfm.ts";
import {
  isPlain,
  parsePlain,
  type RichElement,
  type RichNode,
  textOf,
} from "../../../lib/chat/rich_text.ts";
import { type Random, randomFrom } from "../../support/random.ts";
import { chosenSeed } from "../../support/seeds.ts";

const read = (text: string) => parseMarkdown(text, gfm);

/** A tree written shortly, as tags around words. */
const html = (nodes: readonly RichNode[]): string =>
  nodes.map((node) => {
    if (typeof node === "string") return node;
    const { tag, href, language } = node;
    if (tag === "br") return "<br>";
    if (tag === "marker") return html(node.in!);
    const said = [href, language]
      .filter((each) => each !== undefined).map((each) => ` ${each}`).join("");
    return `<${tag}${said}>${html(node.in ?? [])}</${tag}>`;
  }).join("");

const formatted = (text: string) => html(read(text));

/** What a reader sees of a text, line by line, with the numbers of lists. */
const seen = (nodes: readonly RichNode[]): string =>
  nodes.map((node) => {
    if (typeof node === "string") return node;
    return node.tag === "br" ? "\n" : seen(node.in ?? []);
  }).join("");

const elements = (nodes: readonly RichNode[]): RichElement[] =>
  nodes.flatMap((node) =>
    typeof node === "string" ? [] : [node, ...elements(node.in ?? [])]
  );

Deno.test("Bold, italic, code and strikethrough restyle words (A12)", () => {
  assertEquals(
    formatted("**bold** _italic_ *too* `a * b` ***both*** ~~gone~~"),
    "<p><strong>bold</strong> <em>italic</em> <em>too</em> <code>a * b</code> " +
      "<em><strong>both</strong></em> <del>gone</del></p>",
  );
  assertEquals(formatted('"*x*"'), '<p>"<em>x</em>"</p>');
  assertEquals(
    formatted("(**Note:** *really*!)"),
    "<p>(<strong>Note:</strong> <em>really</em>!)</p>",
  );
  assertEquals(
    formatted("这是**重点**内容"),
    "<p>这是<strong>重点</strong>内容</p>",
  );
  assertEquals(formatted("*two\nlines*"), "<p><em>two<br>lines</em></p>");
});

Deno.test("Two lines or more make a list, which keeps its numbers as they were typed", () => {
  assertEquals(
    formatted("- one\n- two\n  1. deep\n  2. deeper"),
    "<ul><li><p>one</p></li><li><p>two</p>" +
      "<ol><li>1. <p>deep</p></li><li>2. <p>deeper</p></li></ol></li></ul>",
  );
  assertEquals(
    formatted("25. November\n30. Dezember"),
    "<ol><li>25. <p>November</p></li><li>30. <p>Dezember</p></li></ol>",
  );
  assertEquals(
    textOf(read("25. November\n30. Dezember")),
    "25. November 30. Dezember",
  );
  assertEquals(
    formatted("1) a\n1) b"),
    "<ol><li>1) <p>a</p></li><li>1) <p>b</p></li></ol>",
  );
  assertEquals(
    formatted("x\n- a\n  more\n- b\nthanks"),
    "<p>x</p><ul><li><p>a<br>more</p></li><li><p>b</p></li></ul><p>thanks</p>",
  );
});

Deno.test("Quotes, blocks of code, tables and task lists are formatting", () => {
  assertEquals(
    formatted("> wise\n> words\nnot quoted"),
    "<blockquote><p>wise<br>words</p></blockquote><p>not quoted</p>",
  );
  assertEquals(
    formatted("> - a\n> - b\n>\n> c"),
    "<blockquote><ul><li><p>a</p></li><li><p>b</p></li></ul><p>c</p></blockquote>",
  );
  assertEquals(
    formatted("```js\n**not** \\bold\n    in\n```\n**bold**"),
    "<pre js>**not** \\bold\n    in</pre><p><strong>bold</strong></p>",
  );
  assertEquals(
    formatted("| a | b |\n|---|:-:|\n| 1 | 2 | 3 |"),
    "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td><td>3</td></tr></table>",
  );
  assertEquals(
    formatted("- [ ] a\n- [x] b"),
    "<ul><li>☐ <p>a</p></li><li>☑ <p>b</p></li></ul>",
  );
});

Deno.test("What follows a fence and is no language is the first line of its code", () => {
  assertEquals(
    formatted("```npm install\nnpm run build\n```"),
    "<pre>npm install\nnpm run build</pre>",
  );
});

const AS_TYPED = {
  "backslashes": [
    "\\\\server\\share\\dir",
    "C:\\Users\\_me\\.ssh",
    "C:\\*\\*.txt \\_x\\_",
    "¯\\_(ツ)_/¯",
    "docker run \\\n  -it foo",
    "\\*not bold\\* \\[x\\](y)",
    "\\frac{a}{b} \\\\ \\_",
    "\\",
  ],
  "angle brackets and references": [
    "vector<std::string> v;",
    "Map<key:string>",
    "<b>bold</b> <script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "<!-- note --> <?php ?>",
    "if (a<b && c>d) <3",
    "&amp; &#60; &copy; &nbsp",
  ],
  "square brackets": [
    "callbacks[name](arg)",
    "a[0][1] [x][y] [z]",
    "[here](javascript:alert(1))",
    "[here](/rooms/general) [](x) []()",
    "![picture](a.png)",
    "[ ] todo [x] done",
  ],
  "what would renumber, quote or list": [
    ">:(",
    ">_<",
    ">>> print(1)",
    ">quote",
    "->",
    "- 5°C heute",
    "* one",
    "+ 1\n+ 2",
    "-5\n-7",
    "7. seven",
    "2024. What a year",
    "I was born in\n1986. Long ago",
    "1) one",
    "- a\n* b",
  ],
  "signs within words and in code": [
    "2*3*4 = 24",
    "2**3**4 5 * 6 * 7",
    "snake_case_name and __init__.py __proto__",
    "f(*args, **kwargs) and g(*args, **kwargs)",
    "int *p, *q; char **argv, **envp;",
    "/* one */ x /* two */",
    "**/*.ts src/**/x *.ts, *.js",
    "5* hotel, 4* hotel",
    "price* is net (*terms apply)",
    ":-* and ;-*",
    "*** a *** b ***",
    "~/bin and ~/.ssh, H~2~O, ~~ ~",
    "____ ____",
    "a`b",
    "(*) and (*)",
  ],
  "fences without an end, or of tildes": [
    "~~~ Happy Birthday ~~~\nsee you at 8",
    "~~~\ncode\n~~~",
    "``` three backticks",
    "```\nnot closed",
  ],
  "faces": [
    "*_*",
    "*-* **",
    "_(:3」∠)_",
    "¯_(ツ)_/¯",
    "^_^ T_T o_O",
    ":* *:",
    "~~(>_<)~~ ~~",
  ],
  "headings and rules": [
    "# one",
    "## two ##",
    "a\n===",
    "a\n---",
    "***",
    "* * *",
  ],
  "white space": [
    "    four\n\ttab\n  two",
    "def f():\n    return [\n        1,\n    ]",
    "a  b   c\td",
    "a\n    b\n        c",
    "a  \nb",
  ],
};

for (const [kind, texts] of Object.entries(AS_TYPED)) {
  Deno.test(`As typed: ${kind}`, () => {
    for (const text of texts) {
      assertEquals(seen(read(text)), text);
      const restyled = elements(read(text))
        .filter(({ tag }) => !["p", "br"].includes(tag));
      assertEquals(restyled, [], text);
    }
  });
}

const addresses = (text: string) =>
  elements(read(text)).filter(({ tag }) => tag === "a")
    .map(({ href, in: inside }) => [href, textOf(inside ?? [])]);

Deno.test("A bare address is a link, and ends where it ends for people", () => {
  const cases: [text: string, address: string, href?: string][] = [
    [
      "(see https://example.org/a_b/__init__.py?x=*1*2).",
      "https://example.org/a_b/__init__.py?x=*1*2",
    ],
    ["看 https://example.com/a，谢谢。", "https://example.com/a"],
    ["看https://example.com/a。", "https://example.com/a"],
    ["“https://example.com/b”", "https://example.com/b"],
    ["«https://example.com/b», ‹x›", "https://example.com/b"],
    ["『https://example.com/c』", "https://example.com/c"],
    ["<https://example.com/d>", "https://example.com/d"],
    ["**https://example.com/e**", "https://example.com/e"],
    ["https://example.com/f…", "https://example.com/f"],
    [
      "https://de.wikipedia.org/wiki/A_(b)",
      "https://de.wikipedia.org/wiki/A_(b)",
    ],
    [
      "(https://de.wikipedia.org/wiki/A_(b))",
      "https://de.wikipedia.org/wiki/A_(b)",
    ],
    ["[https://example.com/g]", "https://example.com/g"],
    ["https://example.com/h?a[]=1&b={2}!", "https://example.com/h?a[]=1&b={2}"],
    ["www.example.com/i.", "www.example.com/i", "http://www.example.com/i"],
    [
      "mail ada.l+x@example.org.",
      "ada.l+x@example.org",
      "mailto:ada.l+x@example.org",
    ],
  ];
  for (const [text, address, href = URL.parse(address)!.href] of cases) {
    assertEquals(addresses(text), [[href, address]], text);
    assertEquals(textOf(read(text)).includes(address), true);
  }
  for (
    const text of [
      "git@github.com:a/b.git",
      "xhttps://a.b",
      "https://",
      "a@b",
      "@ada",
      "www.",
      "`https://a.b`",
    ]
  ) {
    assertEquals(addresses(text), [], text);
  }
});

Deno.test("A link that is written out leads to http(s) and mailto only", () => {
  assertEquals(
    formatted("[here](https://example.org/a_(b)) and [*me*](mailto:a@b.org)"),
    "<p><a https://example.org/a_(b)>here</a> and <a mailto:a@b.org><em>me</em></a></p>",
  );
  for (
    const address of [
      "javascript:alert(1)",
      "JavaScript:alert(1)",
      "data:text/html,x",
      "vbscript:x",
      "/rooms/general",
      "//example.org",
      "java&#115;cript:alert(1)",
      "https:javascript",
      "\\javascript:x",
    ]
  ) {
    const nodes = read(`[here](${address}) and <${address}>`);
    assertFalse(JSON.stringify(nodes).includes('"href"'), address);
  }
});

Deno.test("A link is in no other link", () => {
  const [link] = elements(read("[https://a.example](https://b.example)"))
    .filter(({ tag }) => tag === "a");
  assertEquals(link.href, "https://b.example/");
  assertEquals(elements(link.in!), []);
});

Deno.test("Something is shown of any text that is not blank", () => {
  for (
    const text of [
      "```",
      "- ",
      "> ",
      ">",
      "1.",
      "* * *",
      "`` ``",
      "[]()",
      "- \n- ",
      "| |\n|-|",
    ]
  ) {
    assert(textOf(read(text)).trim(), text);
  }
});

Deno.test("A thousand quotes or lists in each other are not deep", () => {
  for (
    const piece of [">", "> ", "- ", "1. ", "> - ", "_a*", "**a", "[", "[a]("]
  ) {
    const text = piece.repeat(4_000 / piece.length);
    assert(depth(read(text)) < 60, piece);
  }
  const stairs = Array.from(
    { length: 60 },
    (_, i) => `${"  ".repeat(i)}- ${i}`,
  );
  const nodes = read(stairs.join("\n"));
  assert(depth(nodes) < 60);
  assert(textOf(nodes).includes("59")); // what is not formatted is still there
});

const PIECES = [
  ..."ab1.)-+>#=~!:/&;'\"|{}]?[(*_`\\< \t\n\n\n",
  ...[
    "\r\n",
    "  ",
    "    ",
    "é",
    "👍",
    "www.",
    "https://",
    "12",
    "&amp;",
    "- ",
    "> ",
    "1. ",
  ],
  ...[
    "**",
    "~~",
    "```",
    "```\n",
    "](https://a.b)",
    "[x]",
    "|-|-|\n",
    "\u00a0",
    "\ue000",
    "\u1680",
    "好",
    "，",
  ],
];

const randomText = ({ below, pick }: Random): string =>
  Array.from({ length: 1 + below(25) }, () => pick(PIECES)).join("");

Deno.test("No text loses a letter, a digit or a sign that is no formatting (A12)", () => {
  const seed = chosenSeed();
  const random = randomFrom(seed);
  const signs = (text: string) =>
    text.replaceAll(/[\s*_`~>|:\-[\]()]/g, "").split("").sort().join("");
  for (let i = 0; i < 20_000; i++) {
    const text = randomText(random);
    if (text.includes("](")) continue; // an address is shown on demand only
    const nodes = read(text);
    const beside = elements(nodes)
      .map(({ language = "", in: [text] = [] }) =>
        language + (text === "☑ " ? "x" : "")
      ).join("");
    const all = signs(seen(nodes) + beside);
    const why = `${JSON.stringify(text)} (seed ${seed}, text ${i})`;
    for (const sign of new Set(signs(text))) {
      assert(all.split(sign).length >= signs(text).split(sign).length, why);
    }
  }
});

Deno.test("A plain text is shown without the parser as with it", () => {
  const seed = chosenSeed();
  const random = randomFrom(seed);
  let plain = 0;
  for (let i = 0; i < 20_000; i++) {
    const text = randomText(random);
    if (!isPlain(text) || text.trim() === "") continue;
    plain++;
    // A pair of backticks has the parser read the rest as well.
    const [first, ...rest] = read(`\`x\`\n\n${text}`);
    assertEquals(html([first]), "<p><code>x</code></p>");
    const why = `${JSON.stringify(text)} (seed ${seed}, text ${i})`;
    // White space at the end of a line is not seen.
    const visible = html(parsePlain(text)).replaceAll(
      /[ \t]+(?=<\/?(?:br|p)>)/g,
      "",
    );
    assertEquals(html(rest), visible, why);
  }
  assert(plain > 1_000);
});

Deno.test("Only a text that may hold a table, strikethrough or tasks needs their parser", () => {
  for (
    const text of ["~~a~~", "- [x] a\n- [ ] b", "a | b\n--|--", "| a |\n|---|"]
  ) {
    assert(needsGfm(text), text);
  }
  for (
    const text of ["**a**", "- a\n- b", "a | b", "~/x", "- [a](https://b.c)"]
  ) {
    assertFalse(needsGfm(text), text);
  }
});

const depth = (nodes: readonly RichNode[]): number =>
  Math.max(
    0,
    ...nodes.map((node) =>
      typeof node === "string" ? 0 : 1 + depth(node.in ?? [])
    ),
  );
