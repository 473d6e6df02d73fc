// Reads Slack's export, a folder of JSON files: each of its channels becomes the lines of a room.
import * as v from "@badrap/valita";
import { MAX_NAME, MAX_REACTION_KINDS, MAX_TOPIC } from "../lengths.ts";
import { asName } from "../names.ts";
import { Refusal } from "../refusal.ts";
import { ID } from "../schema.ts";
import { isVisible } from "../visible.ts";
import type { Folder } from "./folder.ts";
import {
  EXPORT_FORMAT,
  type ExportedMessage,
  type RoomLine,
  type SourceLine,
} from "./room_lines.ts";
import {
  emojiOf,
  inMessages,
  linkTo,
  type Names,
  textOf,
} from "./slack_text.ts";

// https://slack.com/help/articles/220556107 says which files there are, and
// https://api.slack.com/events/message what is in a message. What is not of its
// type counts as missing: exports of ten years differ.
const lenient = <T>(type: v.Type<T>) =>
  v.unknown().chain((found): v.ValitaResult<T | undefined> => {
    const result = type.try(found, { mode: "strip" });
    return result.ok ? result : v.ok(undefined);
  }).optional();
const text = lenient(v.string());
const listOf = <T extends object>(type: v.Type<T>) =>
  lenient(v.array(lenientElement(type)).map((all) => all.filter(isThere)));
const lenientElement = <T>(type: v.Type<T>) =>
  v.unknown().map((found) => {
    const result = type.try(found, { mode: "strip" });
    return result.ok ? result.value : undefined;
  });
const isThere = <T>(found: T | undefined): found is T => found !== undefined;

const Profile = v.object({ display_name: text, real_name: text });
const User = v.object({
  id: v.string(),
  name: text,
  real_name: text,
  profile: lenient(Profile),
});
const Channel = v.object({
  id: text,
  name: v.string(),
  created: lenient(v.number()),
  members: lenient(v.array(v.string())),
  topic: lenient(v.object({ value: text })),
  purpose: lenient(v.object({ value: text })),
});
const Linked = v.object({
  name: text,
  title: text,
  url_private: text,
  permalink: text,
});
const Attachment = v.object({
  from_url: text,
  pretext: text,
  title: text,
  title_link: text,
  text,
  fallback: text,
});
const Reaction = v.object({ name: v.string(), users: v.array(v.string()) });
const SlackMessage = v.object({
  ts: v.string().assert((ts) => /^\d{1,11}\.\d{1,9}$/.test(ts)),
  subtype: text,
  user: text,
  bot_id: text,
  username: text,
  text,
  thread_ts: text,
  user_profile: lenient(Profile),
  bot_profile: lenient(v.object({ name: text })),
  edited: lenient(v.object({ ts: text })),
  reactions: listOf(Reaction),
  files: listOf(Linked),
  attachments: listOf(Attachment),
});
type SlackMessage = v.Infer<typeof SlackMessage>;
type Channel = v.Infer<typeof Channel>;

/** What somebody has said; all other kinds tell of joining, leaving and changes of the channel. */
const SAID = new Set([
  ...["bot_message", "me_message", "thread_broadcast"],
  ...["file_share", "file_comment", "reply_broadcast"],
]);
/** Those who reacted, so that a message's line stays one that can be taken. */
const MAX_REACTIONS = 250;
/** Of a message with all that is attached, in UTF-16 units. Slack's own limit is 40,000. */
const MAX_TEXT = 100_000;
const MAX_PEOPLE = 5_000;

/** A channel of an export: how many files it has, and what they become. */
export type SlackChannel = {
  name: string;
  /** The lines of a room; `tell` is called after each file with how many have been read. */
  lines(tell: (files: number) => void): AsyncGenerator<SourceLine>;
  files: number;
};

/**
 * The channels of an export, public and private ones; direct messages are left
 * out. Throws a `bad-args` refusal for a folder that is none.
 */
export async function channelsIn(folder: Folder): Promise<SlackChannel[]> {
  const lists = /^(?:[^/]+\/)?(?:channels|groups)\.json$/;
  const list = folder.paths.find((path) => lists.test(path));
  if (list === undefined) {
    throw new Refusal(
      "bad-args",
      "This is no export of Slack's: it has no channels.json.",
    );
  }
  const root = list.replace(/[^/]+$/, "");
  const read = async <T>(name: string, type: v.Type<T>): Promise<T[]> => {
    const path = root + name;
    if (!folder.paths.includes(path)) return [];
    const found = asArray(await folder.read(path));
    if (!found) throw new Refusal("bad-args", `${path} is no list.`);
    return found.map((each) => type.try(each, { mode: "strip" }))
      .flatMap((result) => result.ok ? [result.value] : []);
  };
  const users = [
    ...await read("org_users.json", User),
    ...await read("users.json", User),
  ];
  const shared = await read("channels.json", Channel);
  const closed = await read("groups.json", Channel);
  const people = new Map(users.map((user) => [user.id, nameOf(user)]));
  const channels = new Map(
    [...shared, ...closed].map(({ id, name }) => [id, name]),
  );
  const names: Names = {
    person: (id) => people.get(id),
    channel: (id) => channels.get(id),
  };
  const days = Map.groupBy(
    folder.paths.filter((path) => /\/\d{4}-\d\d-\d\d\.json$/.test(path)),
    (path) => path.replace(/\/[^/]+$/, ""),
  );
  return [...shared, ...closed].map((channel) => {
    const files = (days.get(root + channel.name) ?? []).toSorted();
    return {
      name: roomName(channel),
      files: files.length,
      lines: (tell) => linesOf(folder, channel, files, people, names, tell),
    };
  });
}

const roomName = ({ name }: Channel) => nameFrom(name) ?? "Slack";

/** What people may be called here; undefined where nothing of it is left. */
function nameFrom(...candidates: (string | undefined)[]): string | undefined {
  return candidates.map((name) => asName(name ?? "", MAX_NAME))
    .find(isVisible);
}

const nameOf = (
  { id, name, real_name, profile }: v.Infer<typeof User>,
): string =>
  nameFrom(profile?.display_name, profile?.real_name, real_name, name, id) ??
    "Slack";

function asArray(text: string): unknown[] | undefined {
  try {
    const found: unknown = JSON.parse(text);
    return Array.isArray(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

async function* linesOf(
  folder: Folder,
  channel: Channel,
  files: readonly string[],
  people: ReadonlyMap<string, string>,
  names: Names,
  tell: (files: number) => void,
): AsyncGenerator<SourceLine> {
  let count = 0;
  const line = (line: RoomLine, place?: string): SourceLine => {
    count++;
    return { text: JSON.stringify(line), place };
  };
  const createdAt = Math.max(0, Math.floor((channel.created ?? 0) * 1000));
  const said = [channel.topic?.value, channel.purpose?.value];
  const topic = asName(
    textOf(said.find((each) => each && isVisible(each)) ?? "", names),
    MAX_TOPIC,
  );
  yield line({
    kvetch: "room",
    format: EXPORT_FORMAT,
    exportedAt: createdAt,
    room: {
      ...{ id: channel.id ?? channel.name, name: roomName(channel) },
      ...{ topic, visibility: "private", createdAt },
    },
  }, "channels.json");
  for (const id of (channel.members ?? []).slice(0, MAX_PEOPLE)) {
    const name = people.get(id);
    if (name && ID.try(id).ok) yield line({ person: { id, name } });
  }
  for (const [i, path] of files.entries()) {
    const day = await folder.read(path).then(asArray, (error) => {
      if (error instanceof Refusal) return undefined;
      throw error;
    });
    if (!day) {
      count++;
      yield { text: "", place: path }; // no JSON: to be named
    }
    for (const { found, place } of inOrder(day ?? [], path)) {
      if (!found.ok) {
        count++;
        yield { text: "{}", place };
        continue;
      }
      for (const message of messagesOf(found.value, people, names)) {
        yield line({ message }, place);
      }
    }
    tell(i + 1);
  }
  yield line({ end: count });
}

/** The messages of a day by their time, each with its place; those that can't be read come first. */
function inOrder(day: readonly unknown[], path: string) {
  return day.map((each, i) => ({
    found: SlackMessage.try(each, { mode: "strip" }),
    place: `${path}, message ${i + 1}`,
  })).sort((a, b) =>
    (a.found.ok ? Number(a.found.value.ts) : 0) -
    (b.found.ok ? Number(b.found.value.ts) : 0)
  );
}

const idOf = (ts: string): string => ts.replace(".", "-");
const timeOf = (ts: string): number => Math.floor(Number(ts) * 1000);

/** What one of Slack's messages becomes: none where nobody said anything, several where it is too long for one. */
function messagesOf(
  found: SlackMessage,
  people: ReadonlyMap<string, string>,
  names: Names,
): ExportedMessage[] {
  const { subtype, ts, thread_ts, edited } = found;
  if (subtype !== undefined && !SAID.has(subtype)) return [];
  const { user, bot_id, username, user_profile, bot_profile } = found;
  const author = user ?? bot_id ?? "";
  const from = nameFrom(
    ...[people.get(author), user_profile?.display_name],
    ...[user_profile?.real_name, username, bot_profile?.name, author],
  ) ?? "Slack";
  const id = idOf(ts);
  const parts = inMessages(saidIn(found, names)).filter(isVisible);
  return parts.map((content, i) => ({
    id: i === 0 ? id : `${id}-${i + 1}`,
    authorID: ID.try(author).ok ? author : "slack",
    from,
    content,
    createdAt: timeOf(ts),
    ...edited?.ts && Number(edited.ts) && { editedAt: timeOf(edited.ts) },
    ...thread_ts && thread_ts !== ts && ID.try(idOf(thread_ts)).ok &&
      { replyTo: idOf(thread_ts) },
    ...i === 0 && { reactions: reactionsOf(found) },
  }));
}

/** The text, then what bots attach, then the files; the rest is left out where it is too long. */
function saidIn(found: SlackMessage, names: Names): string {
  const said: string[] = [];
  let length = 0;
  for (const part of partsOf(found, names)) {
    said.push(part);
    length += part.length + 1;
    if (length > MAX_TEXT) break;
  }
  return said.join("\n").slice(0, MAX_TEXT).toWellFormed();
}

/** Files are links: Slack's export has their addresses alone. */
function* partsOf(
  { text = "", attachments = [], files = [] }: SlackMessage,
  names: Names,
): Generator<string> {
  const written = (part: string) => textOf(part.slice(0, MAX_TEXT), names);
  if (isVisible(text)) yield written(text);
  for (const { from_url, ...attached } of attachments) {
    if (from_url) continue; // a preview
    const { pretext, title, title_link, text, fallback } = attached;
    const head = title && title_link && /^https?:/.test(title_link)
      ? `<${title_link}|${title}>`
      : title;
    const all = [pretext, head, text].filter(Boolean);
    const part = all.length > 0 ? all.join("\n") : fallback ?? "";
    if (isVisible(part)) yield written(part);
  }
  for (const { name, title, url_private, permalink } of files) {
    const address = url_private ?? permalink;
    if (!address || !/^https?:/.test(address)) continue;
    yield linkTo(address, asName(title || name || "", 200) || address);
  }
}

/** By emoji; those that a workspace has made for itself are left out. */
function reactionsOf({ reactions = [] }: SlackMessage) {
  const people = new Map<string, Set<string>>();
  let left = MAX_REACTIONS;
  for (const { name, users } of reactions) {
    const emoji = emojiOf(name);
    const isKnown = emoji && people.has(emoji);
    if (!emoji || (!isKnown && people.size === MAX_REACTION_KINDS)) continue;
    const some = people.get(emoji) ?? new Set();
    for (const user of users) {
      if (left === 0 || !ID.try(user).ok) continue;
      left--;
      people.set(emoji, some.add(user));
    }
  }
  return Object.fromEntries(
    [...people].map(([emoji, some]) => [emoji, [...some]]),
  );
}
