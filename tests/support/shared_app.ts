// The app inside this process that all tests of a file share.
import { type InnerApp, openApp } from "./app.ts";
import { permitted } from "./permitted.ts";

/** Open while tests run, and not before. */
export let app: InnerApp;

Deno.test.beforeAll(async () => {
  if (permitted) app = await openApp();
});
Deno.test.afterAll(async () => {
  if (permitted) await app[Symbol.asyncDispose]();
});

/** Runs a test that asks the app. */
export const appTest = (name: string, fn: () => Promise<void>): void =>
  Deno.test({ name, ignore: !permitted, fn });
