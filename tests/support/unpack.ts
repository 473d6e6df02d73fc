// Unpacks files of npm's Chromium into `TMPDIR`; a process of its own, as tests that run side by side share one environment.
import { inflate } from "@sparticuz/chromium";

for (const file of Deno.args) await inflate(file);
