// A process of its own that unpacks files of npm's Chromium into `TMPDIR`: tests that run side by side share one environment.
import { inflate } from "@sparticuz/chromium";

for (const file of Deno.args) await inflate(file);
