// `deno task screenshots`: every page and state, in both themes and four widths, as files in `.screenshots`.
import { launchBrowser } from "./support/browser.ts";
import { inTheme, playScenes } from "./support/scenes.ts";
import { startServer } from "./support/server.ts";

const FOLDER = ".screenshots";
const SIZES = {
  wide: { width: 1280, height: 800 },
  phone: { width: 390, height: 844 },
  small: { width: 320, height: 568 },
  tablet: { width: 768, height: 1024 },
};

await Deno.mkdir(FOLDER, { recursive: true });
await using server = await startServer();
const browser = await launchBrowser();
let n = 0;
await playScenes(
  async (url, options) =>
    await (await browser.newContext({ baseURL: url, ...options })).newPage(),
  server.url,
  async (name, page) => {
    const number = String(++n).padStart(2, "0");
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport);
      for (const colorScheme of ["light", "dark"] as const) {
        await inTheme(page, colorScheme);
        const path = `${FOLDER}/${number}-${name}-${size}-${colorScheme}.png`;
        await page.screenshot({ path });
      }
    }
    await page.setViewportSize(SIZES.wide);
    console.log(name);
  },
);
await browser.close();
