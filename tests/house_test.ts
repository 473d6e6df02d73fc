// The house: who may import whom, how big a file is, what reaches a browser (design, section 2).
import {
  assert,
  assertEquals,
  assertFalse,
  assertGreater,
  assertInstanceOf,
} from "@std/assert";
import { readSettings, SettingsError } from "../lib/web/settings.ts";
import { permitted } from "./support/permitted.ts";

/** What stands at the top, besides dotfiles and what git ignores. */
const TOP = [
  ...["deno.json", "deno.lock", "main.ts", "dev.ts", "fresh.config.ts"],
  ...["README.md", "LICENSE", "SECURITY.md"],
  ...["Dockerfile", "compose.yaml"],
  ...["routes", "islands", "lib", "static", "tests"],
];
const IGNORED = /^\.|^node_modules$|^_fresh$|\.sqlite/;

/** The parts of the house, and which others each may import from. */
const MAY_IMPORT: Record<string, string[]> = {
  top: ["top", "web", "chat", "sync/mod"],
  routes: ["web", "islands", "chat", "sync/mod"],
  islands: ["islands", "chat", "replica"],
  web: ["web", "chat", "sync/mod"],
  replica: ["replica"],
  chat: ["chat"],
  sync: ["sync"],
  "sync/mod": ["sync"],
  standins: ["standins"],
};

/** The folders of `islands/parts`, and which others each may import from; the islands themselves use any. */
const PARTS_MAY_IMPORT: Record<string, string[]> = {
  room: [
    ...["timeline", "message", "composer", "files"],
    ...["rooms", "search", "device"],
  ],
  timeline: ["message"],
  message: [],
  composer: [],
  files: ["message"],
  rooms: [],
  search: [],
  device: ["files"],
  transfer: [],
  shared: [],
};

/** Parts that any other app could take as they are: they know npm and themselves. */
const NPM_ONLY = ["replica", "chat", "sync", "sync/mod"];

/** The longest file, in lines: a size to ask oneself at whether it still has one job. */
const MAX_LINES = 400;

function partOf(path: string): string {
  if (!path.includes("/")) return "top";
  if (path === "lib/sync/mod.ts") return "sync/mod";
  const [, part] = path.match(
    /^(?:lib\/)?(routes|islands|web|replica|chat|sync|standins)\b/,
  ) ?? [];
  assert(part, `${path} belongs to no part of the house`);
  return part;
}

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: !permitted, fn });
}

test("Nothing stands at the top that the design does not name", async () => {
  const entries = await Array.fromAsync(Deno.readDir("."));
  const names = entries.map(({ name }) => name);
  const odd = names.filter((name) =>
    !IGNORED.test(name) && !TOP.includes(name)
  );
  assertEquals(odd, []);
});

test("Each part imports only from where it may", async () => {
  const wrong = (await imports()).filter(({ from, to }) =>
    to.inside && !to.bare &&
    !MAY_IMPORT[partOf(from)].includes(partOf(to.path))
  );
  assertEquals(wrong.map(inWords), []);
});

test("The parts of islands import in one direction only: room, timeline, message, shared", async () => {
  const folderOf = (path: string) =>
    path.match(/^islands\/parts\/(\w+)\//)?.[1];
  const wrong = (await imports()).filter(({ from, to }) => {
    const [own, other] = [folderOf(from), folderOf(to.path)];
    if (own === undefined || other === undefined) return false;
    assert(PARTS_MAY_IMPORT[own], `The design has no folder ${own}`);
    return ![own, "shared", ...PARTS_MAY_IMPORT[own]].includes(other);
  });
  assertEquals(wrong.map(inWords), []);
});

test("lib/replica, lib/chat and lib/sync import from npm and from themselves only", async () => {
  const wrong = (await imports()).filter(({ from, to, written }) =>
    NPM_ONLY.includes(partOf(from)) && to.bare &&
    !to.path.startsWith("npm:") && !isBuiltIn(from, written)
  );
  assertEquals(wrong.map(inWords), []);
});

test("Files of the project are imported by relative paths, all else by names of deno.json", async () => {
  const { imports: names } = JSON.parse(
    await Deno.readTextFile("deno.json"),
  );
  const wrong = (await imports()).filter(({ from, to, written }) => {
    if (partOf(from) === "standins") return false; // with a deno.json of their own
    if (!to.bare) return !to.inside || !/^\.\.?\//.test(written);
    return !isBuiltIn(from, written) &&
      !Object.keys(names).some((name) =>
        written === name || written.startsWith(`${name}/`)
      );
  });
  assertEquals(wrong.map(inWords), []);
});

/** What Deno has built in of Node's modules: on the server only. */
const isBuiltIn = (from: string, written: string) =>
  ["sync", "sync/mod", "web"].includes(partOf(from)) &&
  written.startsWith("node:");

test("No imports form a circle, those of types included", async () => {
  const next = new Map<string, string[]>();
  for (const { from, to } of await imports()) {
    next.set(from, [...next.get(from) ?? [], to.path]);
  }
  const done = new Set<string>();
  const walk = (path: string, before: string[]) => {
    const start = before.indexOf(path);
    const circle = [...before.slice(start), path].join(" → ");
    assertEquals(start, -1, `A circle: ${circle}`);
    if (done.has(path)) return;
    for (const each of next.get(path) ?? []) walk(each, [...before, path]);
    done.add(path);
  };
  for (const path of next.keys()) walk(path, []);
});

test("KV is opened in main.ts and nowhere else", async () => {
  const opening = (await sources())
    .filter(({ path, text }) =>
      partOf(path) !== "standins" &&
      /(?<!function )\b(openKv|connectKv)\s*\(/.test(code(text))
    );
  assertEquals(opening.map(({ path }) => path), ["main.ts"]);
});

test("The client of KV servers is loaded only where one is used: it looks for a native module", async () => {
  const wrong = (await sources())
    .filter(({ text }) =>
      /^import (?!type\b)[^;]* from "@deno\/kv"/m.test(text)
    );
  assertEquals(wrong.map(({ path }) => path), []);
});

test("What runs in a browser does not name Deno", async () => {
  const wrong = (await sources()).filter(({ path, text }) =>
    ["chat", "replica", "islands"].includes(partOf(path)) &&
    /\bDeno\b/.test(code(text))
  );
  assertEquals(wrong.map(({ path }) => path), []);
});

test("lib/sync holds no word of the chat, so that it could serve any app", async () => {
  const ofAnError =
    /\.message\b|\bmessage(?=[:,.)]| \})|\b(its|error's) message\b/gi;
  const wrong: string[] = [];
  for await (const path of files("lib/sync")) {
    const lines = (await Deno.readTextFile(path)).split("\n");
    for (const [i, line] of lines.entries()) {
      if (/room|message/i.test(line.replaceAll(ofAnError, ""))) {
        wrong.push(`${path}:${i + 1}: ${line.trim()}`);
      }
    }
  }
  assertEquals(wrong, []);
});

test("Each rule of lib/sync, lib/replica, lib/chat and lib/web is cited by a test, and each citation has its rule", async () => {
  const parts = ["lib/sync", "lib/replica", "lib/chat", "lib/web"];
  const rules = (await Promise.all(parts.map(rulesOf))).flat();
  assertGreater(rules.length, 30);
  assertEquals(rules.length, new Set(rules).size, "A rule is there twice");
  const cited = new Set<string>();
  for await (const path of files("tests")) {
    if (!isSource(path)) continue;
    const text = await Deno.readTextFile(path);
    // As the last words of a title: "… (P1)" or "… (P1, L3)".
    for (
      const [, some] of text.matchAll(/ \(([A-Z]\d+(?:, [A-Z]\d+)*)\)["`]/g)
    ) {
      for (const rule of some.split(", ")) cited.add(rule);
    }
  }
  assertEquals(rules.filter((rule) => !cited.has(rule)), [], "without a test");
  assertEquals([...cited].filter((rule) => !rules.includes(rule)), []);
});

/** The numbered rules in a part's README. */
async function rulesOf(part: string): Promise<string[]> {
  const readme = await Deno.readTextFile(`${part}/README.md`);
  return [...readme.matchAll(/^- \*\*([A-Z]\d+)\*\* /gm)]
    .map(([, rule]) => rule);
}

test("The READMEs of lib/sync, lib/replica, lib/chat and lib/web say of each file what it does", async () => {
  for (const part of ["lib/sync", "lib/replica", "lib/chat", "lib/web"]) {
    const readme = await Deno.readTextFile(`${part}/README.md`);
    const rows = readme.matchAll(/^\| ((?:`[\w/]+\.ts`(?:, )?)+) +\|/gm);
    const said = [...rows].flatMap(([, names]) =>
      names.split(", ").map((name) => name.slice(1, -1))
    );
    const there: string[] = [];
    for await (const path of files(part)) {
      if (isSource(path)) there.push(path.slice(part.length + 1));
    }
    if (part === "lib/replica") said.push("mod.ts"); // the door
    assertEquals(said.sort(), there.sort());
  }
});

test("No plain object is asked for a name that somebody else may choose: it would answer to `constructor`", async () => {
  const own = (await sources()).filter(({ path }) =>
    partOf(path) !== "standins"
  ).map(({ path, text }) => ({ path, text: code(text) }));
  const record = "(?:Readonly<)?Record<string\\b";
  const aliases = own.flatMap(({ text }) =>
    [...text.matchAll(new RegExp(`\\btype (\\w+) = ${record}`, "g"))]
      .map(([, name]) => name)
  );
  const typed = new RegExp(
    `\\b(\\w+)\\??: (?:${record}|(?:${aliases.join("|")})\\b)`,
    "g",
  );
  const typedIn = (text: string) => [...text.matchAll(typed)].map((m) => m[1]);
  const fields = own.flatMap(({ text }) => typedIn(text)).map((f) => `.${f}`);
  const wrong = own.flatMap(({ path, text }) => {
    // `in` asks prototypes, too; for a name in quotes they have nothing.
    const asked = text.replaceAll(/"[^"\n]*"|`[^`]*`/g, '""')
      .matchAll(/^.*[\w)\]] in \w.*$/gm)
      .filter(([line]) => !/\bfor \(/.test(line)).map(([line]) => line);
    const own = typedIn(text);
    const looked = text.matchAll(/([\w.#]*)\[([a-z][\w.]*)\]/gi)
      .filter(([, object, key]) =>
        (own.includes(object) ||
          fields.some((field) => object.endsWith(field))) &&
        !text.includes(`Object.hasOwn(${object}, ${key})`)
      ).map(([found]) => found);
    return [...asked, ...looked].map((found) => `${path}: ${found.trim()}`);
  });
  assertEquals(wrong, []);
});

test("Each environment variable that is read is named in deno.json's permissions, and in the README", async () => {
  const read = new Set<string>();
  const ask = (name: string) => void read.add(name);
  for (const os of ["linux", "darwin", "windows"]) {
    try {
      readSettings(ask, os);
    } catch (error) {
      assertInstanceOf(error, SettingsError); // there is no data folder
    }
  }
  for (const { path, text } of await sources()) {
    // The build has all permissions.
    if (partOf(path) === "standins" || path === "dev.ts") continue;
    for (const [, name] of code(text).matchAll(/\benv\.get\("(\w+)"/g)) {
      ask(name);
    }
    const unnamed = code(text).match(/\benv\.(get\((?!"|name\))|has|toObject)/);
    assertFalse(unnamed, path);
  }
  assertGreater(read.size, 10);
  const { permissions } = JSON.parse(await Deno.readTextFile("deno.json"));
  const allowed = new Set<string>(permissions.serve.env);
  assertEquals([...read.difference(allowed)], []);
  assertEquals([...allowed.difference(read)].sort(), READ_BY_OTHERS);
  const readme = await Deno.readTextFile("README.md");
  const unsaid = [...read].filter((name) => !readme.includes(name));
  assertEquals(unsaid, []);
});

/** Variables that Deno (of the KV), its client of KV servers and upstream's Fresh ask for, besides ours. */
const READ_BY_OTHERS = [
  "CI_COMMIT_SHA",
  "DENO_DEPLOYMENT_ID",
  "DENO_KV_ACCESS_TOKEN",
  "DENO_KV_REQUIRES_DISTRIBUTED_DATABASE",
  "GITHUB_SHA",
];

test("Files are short", async () => {
  const long = (await sources())
    .filter(({ path }) => partOf(path) !== "standins")
    .map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }))
    .filter(({ lines }) => lines > MAX_LINES);
  assertEquals(long, []);
});

test("Each source file opens with a line or two that say what it is for", async () => {
  const tested = [];
  for await (const path of files("tests")) {
    if (isSource(path) && !path.includes("/fixture/")) {
      tested.push({ path, text: await Deno.readTextFile(path) });
    }
  }
  const wrong = [...await sources(), ...tested]
    .filter(({ text }) => !/^\/\/ \S.*\n(?:\/\/ .*\n)?(?!\/\/)/.test(text));
  assertEquals(wrong.map(({ path }) => path), []);
});

test("The bundles hold Preact once, and neither Deno nor anything of the server", async () => {
  const bundles = await bundled();
  // Only the core of Preact makes elements.
  const cores = bundles.filter(({ text }) => text.includes("createElementNS"));
  assertEquals(cores.length, 1, cores.map(({ path }) => path).join());
  const naming = bundles.filter(({ text }) => /\bDeno\./.test(text));
  assertEquals(naming.map(({ path }) => path), []);

  // Words survive minifying: none that only the server says is in a bundle.
  const all = await sources();
  const ofServer = wordsIn(all, ["sync", "sync/mod", "web"]);
  const ofBrowser = wordsIn(all, ["islands", "chat", "replica"]);
  const text = bundles.map(({ text }) => text).join("\n");
  const found = (words: Set<string>) =>
    [...words].filter((word) => text.includes(word));
  const leaked = found(ofServer.difference(ofBrowser));
  assertEquals(leaked, []);
  assertGreater(ofServer.size, 20);
  assertGreater(found(ofBrowser).length, 20); // so such words would be seen
});

type Source = { path: string; text: string };

/** All of the project's own modules, tests aside. */
async function sources(): Promise<Source[]> {
  const paths = ["main.ts", "dev.ts", "fresh.config.ts"];
  for (const folder of ["routes", "islands", "lib"]) {
    for await (const path of files(folder)) {
      if (isSource(path)) paths.push(path);
    }
  }
  return await Promise.all(
    paths.map(async (path) => ({ path, text: await Deno.readTextFile(path) })),
  );
}

const isSource = (path: string) => /\.tsx?$/.test(path);

async function* files(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (name === "_fresh" || name === "node_modules") continue;
    if (isDirectory) yield* files(`${folder}/${name}`);
    else yield `${folder}/${name}`;
  }
}

/** A source without its comments, nearly: good enough to look for names. */
const code = (text: string) =>
  text.replaceAll(/\/\*.*?\*\//gs, "").replaceAll(/(^|\s)\/\/.*$/gm, "");

/** The sentences and paths of some parts, too long to be anybody else's. */
function wordsIn(all: Source[], parts: string[]): Set<string> {
  return new Set(
    all.filter(({ path }) => parts.includes(partOf(path)))
      .flatMap(({ text }) =>
        [...code(text).matchAll(/"([^"\\\n]{12,})"/g)].map(([, word]) => word)
      )
      // Not a name that others may use, nor the path of an import.
      .filter((word) => /[ /]/.test(word) && !/^\.\.?\//.test(word)),
  );
}

/** The scripts of the last build. */
async function bundled(): Promise<Source[]> {
  const bundles: Source[] = [];
  for await (const path of files("_fresh/static/_fresh/js")) {
    if (path.endsWith(".js")) {
      bundles.push({ path, text: await Deno.readTextFile(path) });
    }
  }
  assertGreater(bundles.length, 0, "`deno task build` comes first");
  return bundles;
}

interface Import {
  from: string;
  /** What stands in the source. */
  written: string;
  /** `bare`: written as a name of deno.json; `inside`: a file of this project. */
  to: { path: string; bare: boolean; inside: boolean };
}

let found: Promise<Import[]> | undefined;

/** All imports of the project's own modules, as Deno itself resolves them. */
const imports = (): Promise<Import[]> => found ??= findImports();

async function findImports(): Promise<Import[]> {
  const here = new URL("../", import.meta.url).href;
  const folder = await Deno.makeTempDir();
  try {
    const root = `${folder}/all.ts`;
    const lines = (await sources())
      .filter(({ path }) => partOf(path) !== "standins") // as far as in use
      .map(({ path }) => `import ${JSON.stringify(here + encodeURI(path))};\n`);
    await Deno.writeTextFile(root, lines.join(""));
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--config", "deno.json", root],
    }).output();
    const { modules } = JSON.parse(new TextDecoder().decode(stdout));
    assert(modules.length > lines.length, new TextDecoder().decode(stderr));
    return modules.flatMap((module: Module) => importsOf(module, here));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What `deno info --json` tells of a module, as far as it is read here. */
interface Module {
  specifier: string;
  error?: string;
  dependencies?: {
    specifier: string;
    code?: { specifier?: string; error?: string };
    type?: { specifier?: string; error?: string };
  }[];
}

function importsOf(module: Module, here: string): Import[] {
  assertFalse(module.error, `${module.specifier}: ${module.error}`);
  const own = (url: string) =>
    url.startsWith(here) && !url.startsWith(`${here}_fresh/`);
  if (!own(module.specifier)) return [];
  const path = (url: string) =>
    url.startsWith(here) ? decodeURI(url.slice(here.length)) : url;
  return (module.dependencies ?? []).flatMap((each) => {
    const { specifier: written } = each;
    const urls = [each.code, each.type].flatMap((end) => end?.specifier ?? []);
    if (written.startsWith("./_fresh/")) return []; // what a build makes of it
    assertGreater(urls.length, 0, `${module.specifier} imports ${written}`);
    return [...new Set(urls)].map((url) => ({
      from: path(module.specifier),
      written,
      to: {
        path: path(url),
        bare: !/^\.{0,2}\/|^[a-z]+:\/\//.test(written),
        inside: url.startsWith(here),
      },
    }));
  });
}

const inWords = ({ from, written }: Import) => `${from} imports ${written}`;

test("tests import what needs a permission only when they run, so that plain `deno test` is green", async () => {
  const asking =
    /^import (?!type\b)[^;]* from "(axe-core|esbuild|replicache|playwright-core)"/m;
  const found: string[] = [];
  for await (const path of files("tests")) {
    if (asking.test(await Deno.readTextFile(path))) found.push(path);
  }
  assertEquals(found, []);
});
