// Makes events of what happens to the messages of a room, for the hooks of its bots, in the order in which it happened.
import { fold } from "../../chat/fold.ts";
import { isBot } from "../../chat/name_tags.ts";
import type { Message } from "../../chat/schema.ts";
import { kindOf } from "../../chat/spaces.ts";
import { type Change, commitOrUnavailable, type Note } from "../../sync/mod.ts";
import type { ChatSync } from "../chat/domain.ts";
import type { JobQueue } from "../jobs/job_queue.ts";
import { EDIT_IS_NEWS_MS, ToldEdits } from "../jobs/told_edits.ts";
import { type Bot, botsOf, type Hook, noteFailures } from "./bots.ts";

/** The kind of the jobs, each of which sends what waits for one hook: its lane. */
export const HOOK = "hook";
/** Tells the queue of these jobs from others. */
export const HOOK_JOBS = ".hook";
/** So that there is one of a hook: another takes its place. */
export const HOOK_JOB_ID = "events";

/** Of a job. */
export type HookOf = { roomID: string };

/** What happened to a message; what it says is read when it is sent. */
export type HookEvent = {
  event: "message.created" | "message.edited" | "message.deleted";
  messageID: string;
  /** When, in milliseconds since 1970. */
  at: number;
};

/** For so long it is tried to send an event, and for so long one is news. */
export const EVENT_LASTS_MS = EDIT_IS_NEWS_MS;
/** Events that wait for one hook; then the oldest are given up. */
export const MAX_WAITING = 1_000;
const SETS_PER_COMMIT = 200;

/**
 * `["hookEvent", hookID, version, i]`: by the version of the note, so that who
 * is told of the note again stores it in the same place.
 */
export const eventsOf = (hookID: string) => ["hookEvent", hookID];
/** What a change of a room's entry tells hooks; undefined for nothing. Bots' messages are told to no hook, so that two of them can't keep each other going. */
export function eventIn(
  { key, value, was }: Change,
  now: number,
): HookEvent & { message?: Message } | undefined {
  if (!key.startsWith("message/")) return undefined;
  const messageID = key.slice("message/".length);
  const message = value as Message | undefined;
  if (!message) return { event: "message.deleted", messageID, at: now };
  const isNew = was === undefined;
  const at = isNew ? message.createdAt : message.editedAt;
  if (at === undefined || isBot(message.authorID)) return undefined;
  if (at <= now - EVENT_LASTS_MS) return undefined;
  const event = isNew ? "message.created" : "message.edited";
  return { event, messageID, at, message };
}

/** Whether a text begins with a name, or "@" and the name, as people would say. */
export function isAddressedTo(content: string, name: string): boolean {
  const [text, wanted] = [fold(content.trimStart()), fold(name)];
  const rest = text.startsWith("@") ? text.slice(1) : text;
  return rest.startsWith(wanted) &&
    !/^[\p{L}\p{N}_]/u.test(rest.slice(wanted.length));
}

/** Whether a hook of a bot is told of an event. Of a deleted message nobody knows any more how it began. */
function isFor(
  { hook, bot }: { hook: Hook; bot: Bot },
  { message, at }: { message?: Message; at: number },
): boolean {
  if (at < hook.createdAt) return false;
  return hook.wants === "all" ||
    (message !== undefined && isAddressedTo(message.content, bot.name));
}

type Numbered = { place: number[]; event: HookEvent; message?: Message };

export class HookFeed {
  readonly #edits: ToldEdits;

  constructor(
    private readonly kv: Deno.Kv,
    private readonly sync: ChatSync,
    private readonly queue: Pick<JobQueue, "add">,
  ) {
    this.#edits = new ToldEdits(kv, "hookEdited");
  }

  /** Follows what is new in a room. */
  async follow(space: string, notes: readonly Note[]): Promise<void> {
    const kind = kindOf(space);
    if (kind?.kind !== "room") return;
    const { roomID } = kind;
    const now = Date.now();
    const found = notes.flatMap(({ version, changes }) =>
      changes.flatMap((change, i): Numbered[] => {
        const found = eventIn(change, now);
        if (!found) return [];
        const { message, ...event } = found;
        return [{ place: [version, i], event, message }];
      })
    );
    if (found.length === 0) return;
    const hooks = (await botsOf(this.sync, roomID))
      .flatMap((bot) => bot.hooks.map((hook) => ({ hook, bot })));
    if (hooks.length === 0) return;
    const { news, edits } = await this.#withoutReactions(roomID, found);
    for (const each of hooks) {
      const own = news.filter(({ event: { at }, message }) =>
        isFor(each, { message, at })
      );
      if (own.length > 0) await this.#store(roomID, each, own);
    }
    for (const { messageID, at } of edits) {
      await this.#edits.told(roomID, messageID, at);
    }
  }

  /** Without what is no new edit. */
  async #withoutReactions(
    roomID: string,
    all: Numbered[],
  ): Promise<{ news: Numbered[]; edits: HookEvent[] }> {
    const told = new Map<string, number>();
    const news: Numbered[] = [];
    const edits: HookEvent[] = [];
    for (const each of all) {
      const { event, messageID, at } = each.event;
      if (event === "message.edited") {
        if (told.get(messageID) === at) continue;
        if (!await this.#edits.isNews(roomID, messageID, at)) continue;
        told.set(messageID, at);
        edits.push(each.event);
      }
      news.push(each);
    }
    return { news, edits };
  }

  async #store(
    roomID: string,
    { hook, bot }: { hook: Hook; bot: Bot },
    news: readonly Numbered[],
  ): Promise<void> {
    for (let i = 0; i < news.length; i += SETS_PER_COMMIT) {
      const atomic = this.kv.atomic();
      for (const { place, event } of news.slice(i, i + SETS_PER_COMMIT)) {
        atomic.set([...eventsOf(hook.id), ...place], event);
      }
      await commitOrUnavailable(atomic);
    }
    const waiting = await Array.fromAsync(
      this.kv.list<HookEvent>({ prefix: eventsOf(hook.id) }),
    );
    const surplus = waiting.slice(0, Math.max(0, waiting.length - MAX_WAITING));
    if (surplus.length > 0) {
      const reason = `More than ${MAX_WAITING} events waited.`;
      await giveUp(this.kv, this.sync, roomID, { hook, bot }, surplus, reason);
    }
    const payload: HookOf = { roomID };
    await this.queue.add([{
      kind: HOOK,
      tenant: roomID,
      lane: hook.id,
      id: HOOK_JOB_ID,
      payload,
      due: Date.now(),
    }]);
  }
}

/** Shows owners that a hook will not be told of events, and takes these out. */
export async function giveUp(
  kv: Deno.Kv,
  sync: ChatSync,
  roomID: string,
  { hook, bot }: { hook: Hook; bot: Bot },
  events: readonly Deno.KvEntry<HookEvent>[],
  reason: string,
): Promise<void> {
  const at = Date.now();
  const common = { botID: bot.id, url: hook.url, at, reason };
  await noteFailures(
    sync,
    roomID,
    events.map(({ value: { event, messageID } }) => ({
      ...common,
      event,
      messageID,
    })),
  );
  await deleteEvents(kv, events);
}

export async function deleteEvents(
  kv: Deno.Kv,
  events: readonly Deno.KvEntry<HookEvent>[],
): Promise<void> {
  for (let i = 0; i < events.length; i += SETS_PER_COMMIT) {
    const atomic = kv.atomic();
    for (const { key } of events.slice(i, i + SETS_PER_COMMIT)) {
      atomic.delete(key);
    }
    await commitOrUnavailable(atomic);
  }
}
