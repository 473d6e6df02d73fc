// Reads the settings from the environment and checks them: a mistake is reported in one line.
import type { FileLimits } from "./files/uploads.ts";

const MB = 1_000_000;

export type Settings = {
  /** The TCP port to listen on; 0 lets the system choose. */
  port: number;
  /** The address to listen on. */
  host: string;
  /** By which origin browsers are to know the app; undefined for any. */
  publicOrigin: string | undefined;
  /** A file, `:memory:`, the URL of a KV server; undefined for Deno Deploy's own KV. */
  kvPath: string | undefined;
  /** Who may make an account: everybody, or who is invited to a room. */
  signIn: "everyone" | "invited";
  /** Who may make rooms: everybody, or the operator on the command line. */
  makeRooms: "everyone" | "operator";
  /** How pulls are answered; see lib/sync. */
  strategy: "global-version" | "reset";
  /** For how many days log entries, and client groups that are out of use, stay; see lib/sync. */
  retention: { logDays: number; groupDays: number };
  /** How much there may be of files: in one, of a person, in the messages of a room. */
  files: FileLimits;
  /** Whether requests that people cause go to private networks as well. */
  asksAnywhere: boolean;
  /** Whether the limits on requests and streams hold. */
  limits: boolean;
};

/** A setting or a place that cannot be used; its message is for the person who starts the app. */
export class SettingsError extends Error {}

/**
 * Reads the settings. `get` gives an environment variable, `os` is
 * `Deno.build.os`. Throws a `SettingsError` that names the setting.
 */
export function readSettings(
  get: (name: string) => string | undefined,
  os: string,
): Settings {
  // An empty variable is how a shell or compose file says "not set".
  const set = (name: string) => get(name) || undefined;
  const integer = (
    name: string,
    usual: number,
    least: number,
    most: number,
  ) => {
    const value = set(name) ?? `${usual}`;
    const n = /^\d{1,5}$/.test(value) ? Number(value) : NaN;
    if (n >= least && n <= most) return n;
    throw new SettingsError(
      `${name} is ${
        JSON.stringify(value)
      }: give a number from ${least} to ${most}.`,
    );
  };
  const choice = <T extends string>(name: string, ...choices: T[]): T => {
    const value = set(name) ?? choices[0];
    const found = choices.find((each) => each === value);
    if (found) return found;
    const known = choices.join(" or ");
    throw new SettingsError(
      `${name} is ${JSON.stringify(value)}: give ${known}.`,
    );
  };
  choice("TRUST_PROXY", "0", "1"); // fresh.config.ts reads it
  return {
    strategy: choice("REPLICACHE_STRATEGY", "global-version", "reset"),
    retention: {
      logDays: integer("KEEP_LOG_DAYS", 7, 1, 3_650),
      groupDays: integer("KEEP_CLIENTS_DAYS", 30, 2, 3_650),
    },
    signIn: choice("SIGN_IN", "everyone", "invited"),
    makeRooms: choice("MAKE_ROOMS", "everyone", "operator"),
    files: {
      maxBytes: MB * integer("MAX_FILE_MB", 25, 1, 100),
      person: {
        bytes: MB * integer("PERSON_FILES_MB", 1_000, 1, 99_999),
        files: integer("PERSON_FILES", 2_000, 1, 99_999),
      },
      room: {
        bytes: MB * integer("ROOM_FILES_MB", 10_000, 1, 99_999),
        files: integer("ROOM_FILES", 20_000, 1, 99_999),
      },
    },
    asksAnywhere: choice("OUTGOING", "public", "anywhere") === "anywhere",
    limits: choice("RATE_LIMITS", "on", "off") === "on",
    port: integer("PORT", 8_000, 0, 65_535),
    host: set("HOST") ?? "localhost",
    publicOrigin: originIn(set("ORIGIN")),
    kvPath: kvPathIn(set, os),
  };
}

/** The origin that a value names; throws unless it is one of http or https and nothing more. */
function originIn(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const url = URL.parse(value);
  const isWeb = url?.protocol === "https:" || url?.protocol === "http:";
  if (url && isWeb && url.href === `${url.origin}/`) return url.origin;
  throw new SettingsError(
    `ORIGIN is ${
      JSON.stringify(value)
    }: give the public address without a path, as https://chat.example.org.`,
  );
}

export const isURL = (kvPath: string | undefined): kvPath is string =>
  /^https?:/.test(kvPath ?? "");

export const isFilePath = (kvPath: string | undefined): kvPath is string =>
  !!kvPath && kvPath !== ":memory:" && !isURL(kvPath);

/**
 * Whether this is Deno Deploy, by what it documents (docs.deno.com/deploy,
 * "Predefined environment variables"). `DENO_DEPLOYMENT_ID`, which it sets too,
 * is set in containers as well, as Fresh's guide asks for it.
 */
const isOnDeploy = (set: (name: string) => string | undefined): boolean =>
  set("DENO_DEPLOY") !== undefined;

function kvPathIn(
  set: (name: string) => string | undefined,
  os: string,
): string | undefined {
  const path = set("DENO_KV_PATH");
  if (!isOnDeploy(set)) return path ?? defaultPath(set, os);
  if (!isFilePath(path)) return path;
  throw new SettingsError(
    `DENO_KV_PATH is ${
      JSON.stringify(path)
    }: on Deno Deploy a file is gone with its instance. Leave it out and attach a KV database to the app, or give the URL of a KV server, or :memory: if nothing has to last.`,
  );
}

/** A file under the user's data folder, wherever the system keeps that. */
function defaultPath(
  set: (name: string) => string | undefined,
  os: string,
): string {
  const folder = set("XDG_DATA_HOME") ??
    (os === "windows"
      ? set("LOCALAPPDATA")
      : os === "darwin"
      ? joinPath(set("HOME"), "Library/Application Support")
      : joinPath(set("HOME"), ".local/share"));
  if (folder) return `${folder}/kvetch/kvetch.sqlite3`;
  throw new SettingsError(
    "There is no data folder: set DENO_KV_PATH to a file, or HOME.",
  );
}

const joinPath = (folder: string | undefined, path: string) =>
  folder && `${folder}/${path}`;
