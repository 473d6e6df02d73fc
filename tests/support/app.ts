// Opens the app inside this process, on a KV in memory whose commits are counted.
import { Person } from "./person.ts";

/** Where it seems to be; nothing listens there. */
export const APP = "http://app.test";

export interface InnerApp extends AsyncDisposable {
  /** Answers a request as a server would. */
  send(request: Request): Promise<Response>;
  /** Someone who has just signed in. */
  signIn(name: string): Promise<Person>;
  kv: Deno.Kv;
  /** How many times KV has been written to, housekeeping's notes aside. */
  commits(): number;
  /** Waits until nothing is left to do of accounts that were deleted. */
  erased(): Promise<void>;
  /** Runs `fn` while every call of KV throws. */
  withoutKV<T>(fn: () => Promise<T>): Promise<T>;
  /** Runs `fn` while no call of KV is answered; afterwards these throw. */
  withSilentKV<T>(fn: () => Promise<T>): Promise<T>;
}

/**
 * Opens the built app (`deno task build` comes first), once in a test file, as
 * it opens its KV once. `settings` are environment variables.
 */
export async function openApp(
  settings: Record<string, string> = {},
): Promise<InnerApp> {
  const kv = await Deno.openKv(":memory:");
  let commits = 0;
  let away = false;
  let silence = Promise.resolve();
  const counting = counted(kv, (isWrite) => {
    if (isWrite && !away) commits++;
    return away && silence;
  });
  const { env } = Deno;
  // Not in the environment itself, which tests that run side by side share.
  const set = new Map(Object.entries({ ...SETTINGS, ...settings }));
  const get = (name: string) => set.get(name) ?? env.get(name);
  const before = Object.getOwnPropertyDescriptors(Deno);
  replace("openKv", () => Promise.resolve(counting));
  replace("env", { ...env, get });
  // As a text, since there is nothing to check before a build.
  const path = new URL("../../_fresh/server.js", import.meta.url).href;
  const { default: server } = await import(path);
  const send = (request: Request): Promise<Response> => server.fetch(request);
  await (await send(new Request(`${APP}/healthz`))).body?.cancel();
  Object.defineProperties(Deno, { openKv: before.openKv, env: before.env });
  const withoutKV = async <T>(fn: () => Promise<T>) => {
    away = true;
    return await fn().finally(() => away = false);
  };
  return {
    send,
    kv,
    signIn: (name) => Person.signIn(APP, name, send),
    commits: () => commits,
    async erased() {
      const left = () => Array.fromAsync(kv.list({ prefix: ["deletion"] }));
      while ((await left()).length > 0) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    withoutKV,
    async withSilentKV(fn) {
      const { promise, resolve } = Promise.withResolvers<void>();
      silence = promise;
      return await withoutKV(fn).finally(resolve);
    },
    // deno-lint-ignore require-await
    async [Symbol.asyncDispose]() {
      kv.close();
    },
  };
}

const SETTINGS: Record<string, string> = {
  DENO_KV_PATH: ":memory:",
  RATE_LIMITS: "off",
};

const replace = (name: string, value: unknown) =>
  Object.defineProperty(Deno, name, { value, configurable: true });

/** Whether this key is one of housekeeping's, or of `/healthz`: nobody has asked for a change. */
const isChore = (key: unknown): boolean =>
  Array.isArray(key) && ["chore", "health"].includes(key[0]);

/** A KV, or an atomic operation of it, that asks before each call whether to fail it, and after what. */
function counted<T extends object>(
  target: T,
  fails: (isWrite: boolean) => false | Promise<void>,
): T {
  const isAtomic = target instanceof Deno.AtomicOperation;
  const writes = isAtomic ? ["commit"] : ["set", "delete", "enqueue"];
  const reads = isAtomic ? [] : ["get", "getMany"];
  const proxy: T = new Proxy(target, {
    get(_, key) {
      const name = String(key);
      const value = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        const isWrite = writes.includes(name);
        const failure = fails(isWrite && !isChore(args[0]));
        if (failure && (isWrite || reads.includes(name))) {
          return failure.then(() => Promise.reject(new Error("KV is away")));
        }
        const result = value.apply(target, args);
        if (result === target) return proxy; // to be chained
        const isNew = result instanceof Deno.AtomicOperation;
        return isNew ? counted(result, fails) : result;
      };
    },
  });
  return proxy;
}
