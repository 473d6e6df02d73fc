// Runs tests in real Chromium, taken from npm: the machine needs no browser and no libraries.
import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  ConsoleMessage,
  Page,
} from "playwright-core";
import { permitted } from "./permitted.ts";

/**
 * Opens a page in a browser profile of its own, as one person's device would.
 * Paths are taken from `url`.
 */
export type Device = (
  url: string,
  options?: BrowserContextOptions,
) => Promise<Page>;

/**
 * A host on this machine that the browser takes for one on the net: on http its
 * pages are no secure contexts, and have no Web Locks, service worker and so on.
 */
export const PLAIN_HOST = "kvetch.test";

/** How long a page is waited for, in milliseconds: longer than anything takes on a machine that others keep busy, too. */
const TIMEOUT = 60_000;

let browser: Promise<Browser> | undefined;

/**
 * Runs a test in the browser that all tests of its file share. It fails, too,
 * when a page throws something that nothing catches, unless it `mayThrow`; screenshots of a failed
 * test's pages go where its error says.
 */
export function browserTest(
  name: string,
  fn: (device: Device) => Promise<void>,
  { mayThrow = false } = {},
): void {
  Deno.test({
    name,
    ignore: !permitted,
    // The browser outlives the first test that needs it.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const pages: Page[] = [];
      const thrown: Error[] = [];
      const device: Device = async (url, options) => {
        const context = await (await (browser ??= launchBrowser()))
          .newContext({ baseURL: url, ...options });
        context.setDefaultTimeout(TIMEOUT);
        context.on("weberror", (error) => thrown.push(error.error()));
        const page = await context.newPage();
        pages.push(page);
        return page;
      };
      try {
        await fn(device);
        if (thrown.length > 0 && !mayThrow) {
          throw new Error("A page has thrown", { cause: thrown[0] });
        }
      } catch (error) {
        const shots = await screenshots(pages);
        throw new Error(`${name}\nThe pages then: ${shots}`, { cause: error });
      } finally {
        await Promise.all(pages.map((page) => page.context().close()));
      }
    },
  });
}

Deno.test.afterAll(async () => {
  await (await browser)?.close();
});

/**
 * Whether a page's line in the console says that something is wrong. Where the
 * service worker takes over a page while that loads, Chromium says of a script
 * that was preloaded without it that it is of another "world", and asks the
 * worker for it; and on a slow machine that one was preloaded too early.
 */
export const isFault = (line: ConsoleMessage): boolean =>
  ["error", "warning"].includes(line.type()) &&
  !/is a cross-world |not used within a few seconds/.test(line.text());

/** Starts Chromium: `CHROMIUM_PATH`, or the one of npm. The caller closes it. */
export async function launchBrowser(): Promise<Browser> {
  const { chromium } = await import("playwright-core");
  return await chromium.launch(await launchOptions());
}

/**
 * Starts Chromium with the profile in a folder, as a browser that was closed
 * is opened again. The caller closes it.
 */
export async function openBrowser(
  profile: string,
  options: BrowserContextOptions,
): Promise<BrowserContext> {
  const { chromium } = await import("playwright-core");
  const context = await chromium.launchPersistentContext(profile, {
    ...await launchOptions(),
    ...options,
  });
  context.setDefaultTimeout(TIMEOUT);
  return context;
}

async function launchOptions() {
  const own = Deno.env.get("CHROMIUM_PATH");
  const { executablePath, env } = own
    ? { executablePath: own, env: {} }
    : await unpackedChromium();
  return {
    executablePath,
    env: { ...Deno.env.toObject(), ...env },
    args: [
      // Without user namespaces, a GPU or D-Bus, as in a container.
      ...["--no-sandbox", "--disable-gpu", "--headless=shell"],
      // A name by which this machine is no secure context, see `PLAIN_HOST`.
      `--host-resolver-rules=MAP ${PLAIN_HOST} 127.0.0.1`,
    ],
  };
}

/** Signs in as somebody new, and waits for General. */
export async function signIn(page: Page, name: string): Promise<void> {
  await page.goto("/signin");
  await page.getByRole("textbox", { name: "Your name" }).fill(name);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("/rooms/general");
}

async function screenshots(pages: Page[]): Promise<string> {
  if (pages.length === 0) return "none";
  const folder = await Deno.makeTempDir({ prefix: "kvetch-failed-" });
  for (const [i, page] of pages.entries()) {
    await page.screenshot({ path: `${folder}/${i + 1}.png` })
      .catch(() => {}); // a page that hangs: the test's own error says more
  }
  return folder;
}

type Chromium = { executablePath: string; env: Record<string, string> };

/**
 * Unpacks npm's Chromium, once per checkout. What a bare machine lacks (fonts,
 * NSS and its like) comes with it and is given to the browser alone, not to
 * this process, as the package's own `setupLambdaEnvironment` would.
 */
async function unpackedChromium(): Promise<Chromium> {
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") {
    throw new Error(
      "The Chromium of npm is for Linux on x86-64: set CHROMIUM_PATH to a Chrome or Chromium of your own",
    );
  }
  const bin = new URL("../bin/", import.meta.resolve("@sparticuz/chromium"));
  const [, version] = bin.pathname.match(/chromium@([\d.]+)/) ?? [, "any"];
  const folder = new URL(
    `../../node_modules/.cache/chromium-${version}`,
    import.meta.url,
  ).pathname;
  await Deno.stat(folder).catch(() => unpack(bin, folder));

  const executablePath = `${folder}/chromium`;
  const fonts = { FONTCONFIG_FILE: `${folder}/fonts.conf` };
  const libraries = { ...fonts, LD_LIBRARY_PATH: `${folder}/al2023/lib` };
  const env = await starts(executablePath) ? fonts : libraries;
  return { executablePath, env };
}

/** Whether the system has all the libraries that Chromium wants. */
async function starts(executablePath: string): Promise<boolean> {
  const { success } = await new Deno.Command(executablePath, {
    args: ["--version"],
    stdout: "null",
    stderr: "null",
  }).output();
  return success;
}

/** Unpacks into `folder`, which is there complete or not at all, whoever else unpacks now. */
async function unpack(bin: URL, folder: string): Promise<void> {
  const parent = folder.replace(/\/[^/]*$/, "");
  await Deno.mkdir(parent, { recursive: true });
  const partial = await Deno.makeTempDir({ dir: parent });
  const files = ["chromium.br", "al2023.tar.br", "fonts.tar.br"]
    .map((name) => decodeURIComponent(new URL(name, bin).pathname));
  const unpacking = new URL("unpack.ts", import.meta.url).pathname;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-P=test", unpacking, ...files],
    env: { TMPDIR: partial }, // where `inflate` puts things
    stdout: "null",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  // The package's own `fonts.conf` knows folders of AWS Lambda only.
  await Deno.writeTextFile(
    `${partial}/fonts.conf`,
    `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${folder}/fonts</dir>
  <cachedir>${folder}/fonts-cache</cachedir>
</fontconfig>
`,
  );
  try {
    await Deno.rename(partial, folder);
  } catch (error) {
    await Deno.remove(partial, { recursive: true });
    await Deno.stat(folder).catch(() => {
      throw error; // nobody else was quicker: it failed
    });
  }
}
