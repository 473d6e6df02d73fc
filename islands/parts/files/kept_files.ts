// The files that go with the next message of a room, kept on this device until it is sent: in IndexedDB, each shown by one tab at a time.
import { keepStorage, resultOf } from "../../../lib/replica/local/idb.ts";
import { heldNames, hold } from "../../../lib/replica/local/web_locks.ts";
import { markFiles, type Scope } from "../shared/unsent_text.ts";
import { mayBeThere, storesIn } from "./device_stores.ts";
import type { PreparedFile } from "./prepare_file.ts";
import { allUnsent } from "./upload_store.ts";

/** As it is stored, apart from its content: releases before and after read it, too. */
type Kept = {
  /** A ULID: they are shown in this order. */
  id: string;
  scope: Scope;
  /** The tab that shows it. */
  tab: string;
  alt: string;
};

/** In a store of its own, so that a description is changed without writing the content again. */
type KeptContent = { id: string; file: PreparedFile };

export type KeptFile = { id: string; alt: string; file: PreparedFile };

const DATABASE = "attached";
const use = storesIn(DATABASE, ["files", "contents"]);

/** This page has the lock of that name as long as it is open. */
const LOCK = "attached/";
const tab = crypto.randomUUID?.(); // which is where there are Web Locks
let holding: Promise<unknown> | undefined;

/** Without Web Locks nobody knows which tab is open: then the page alone has them. */
const canKeep = (): boolean => navigator.locks !== undefined;

/** Keeps a file for this tab. Rejects when the disk refuses, or is full. */
export async function keepFile(scope: Scope, kept: KeptFile): Promise<void> {
  if (!canKeep()) return;
  await (holding ??= hold(LOCK + tab));
  const { id, alt, file } = kept;
  await use("readwrite", async (facts, contents) => {
    await resultOf(facts.put({ id, scope, tab, alt } satisfies Kept));
    await resultOf(contents.put({ id, file } satisfies KeptContent));
  });
  markFiles(scope, true);
  keepStorage();
}

/** Changes nothing where it is not kept. */
export async function keepAlt(id: string, alt: string): Promise<void> {
  if (!canKeep()) return;
  await use("readwrite", async (facts) => {
    const before: Kept | undefined = await resultOf(facts.get(id));
    if (before) await resultOf(facts.put({ ...before, alt }));
  });
}

export async function forgetFiles(scope: Scope, ids: string[]): Promise<void> {
  if (!canKeep()) return;
  const left = await use("readwrite", async (facts, contents) => {
    for (const id of ids) {
      await resultOf(facts.delete(id));
      await resultOf(contents.delete(id));
    }
    return (await allIn(facts)).some((each) => each.scope === scope);
  });
  markFiles(scope, left);
}

/** What this tab, or one that is closed by now, has kept for a room: this one's from now on. */
export async function takeUpFiles(scope: Scope): Promise<KeptFile[]> {
  if (!canKeep() || !await mayBeThere(DATABASE)) return [];
  await (holding ??= hold(LOCK + tab));
  // One tab after the other: each sees who has taken what.
  const release = await hold(`taking up/${scope}`);
  try {
    // Of a message that was on its way when its page ended.
    const sent = (await allUnsent()).flatMap(({ attached = [] }) => attached);
    if (sent.length > 0) await forgetFiles(scope, sent);
    const open = new Set(await heldNames(LOCK));
    return await takeUp(scope, open);
  } finally {
    release();
  }
}

const takeUp = (scope: Scope, open: ReadonlySet<string>): Promise<KeptFile[]> =>
  use("readwrite", async (facts, contents) => {
    const free = (await allIn(facts)).filter((each) =>
      each.scope === scope && (each.tab === tab || !open.has(LOCK + each.tab))
    );
    const files: KeptFile[] = [];
    for (const each of free) {
      await resultOf(facts.put({ ...each, tab }));
      const { id, alt } = each;
      const content: KeptContent = await resultOf(contents.get(id));
      files.push({ id, alt, file: content.file });
    }
    return files;
  });

/** Of everybody on this device, for which rooms something is kept. */
export async function allKept(): Promise<Scope[]> {
  if (!await mayBeThere(DATABASE)) return [];
  const all = await use("readonly", (facts) => allIn(facts));
  return all.map(({ scope }) => scope);
}

const allIn = (facts: IDBObjectStore): Promise<Kept[]> =>
  resultOf(facts.getAll());
