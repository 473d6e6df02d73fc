// Takes one line after the other into a room that is being imported, and names those that are bad.
import type { WriteTransaction } from "replicache";
import type { Message, MessageFile } from "../../chat/schema.ts";
import { isVisible } from "../../chat/visible.ts";
import type { RoomRecord } from "./room_record.ts";

/** A line that was not taken, or not all of it. */
export type BadLine = { line: number; reason: string };

/** Of the room's space the entry `import`: how far it is. It goes when the room opens. */
export type Progress = {
  /** The number of the last line that was looked at. */
  line: number;
  messages: number;
  people: number;
  /** Of the first line. */
  head?: { name: string; topic: string; createdAt: number };
  /** Whether the last line has come. */
  ended?: true;
  /** The first of them, and how many there are. */
  bad: BadLine[];
  badCount: number;
};

/** Before the first line. */
export const start: Progress = {
  line: 0,
  messages: 0,
  people: 0,
  bad: [],
  badCount: 0,
};

/** A line with its number: what it is, or why it is bad, or what of it is. */
export type Numbered = {
  number: number;
  record?: RoomRecord;
  reason?: string;
};

/**
 * As many as are named. A reason may quote whatever is in a line, so it has so
 * many bytes of UTF-8 JSON at most: all together they fit into an entry (C5). And
 * so many UTF-16 units, two bytes each as a value of KV, which holds 65,536.
 */
const MAX_NAMED = 100;
const MAX_REASON_BYTES = 400;
const MAX_REASON_UNITS = 300;
/** They go to all who open the room. */
const MAX_PEOPLE = 5_000;

/** The same with a line named as bad. */
export const name = (
  { bad, badCount, ...progress }: Progress,
  line: number,
  reason: string,
): Progress => ({
  ...progress,
  badCount: badCount + 1,
  // Those before it as well: earlier releases cut them to characters alone.
  bad: bad.length < MAX_NAMED
    ? [...bad, { line, reason }].map((each) => ({
      ...each,
      reason: cutReason(each.reason),
    }))
    : bad,
});

const encoder = new TextEncoder();

function cutReason(reason: string): string {
  let cut = reason.slice(0, MAX_REASON_UNITS).toWellFormed();
  for (;;) {
    const { length } = encoder.encode(JSON.stringify(cut));
    if (length <= MAX_REASON_BYTES) return cut;
    // No unit of it has more than six bytes.
    const over = Math.ceil((length - MAX_REASON_BYTES) / 6);
    cut = cut.slice(0, -over).toWellFormed();
  }
}

/**
 * Takes the next line. A bad one is named; where none may be, nothing is stored
 * behind it any more, and all the rest is only looked at. `by` is the userID of
 * who imports. Gives back how far it is then.
 */
export async function take(
  there: WriteTransaction,
  before: Progress,
  { number, record, reason }: Numbered,
  { skip, by }: { skip: boolean; by: string },
): Promise<Progress> {
  const { head } = before;
  let progress: Progress = { ...before, line: number };
  if (reason !== undefined) progress = name(progress, number, reason);
  if (!record) return progress;
  const wrong = await whyOutOfPlace(there, before, number, record);
  if (wrong !== undefined) {
    return reason === undefined ? name(progress, number, wrong) : progress;
  }
  if ("head" in record) return { ...progress, head: record.head };
  if ("end" in record) return { ...progress, ended: true };
  if (!head || (progress.badCount > 0 && !skip)) return progress;
  if ("person" in record) {
    await there.set(`imported/${record.person.id}`, record.person);
    return { ...progress, people: progress.people + 1 };
  }
  if (!("message" in record)) return progress;
  const seq = progress.messages + 1;
  const message = messageOf(record.message, seq, by);
  await there.set(`message/${message.id}`, message);
  return { ...progress, messages: seq };
}

/** The message as it is stored, with the number that it has among those of its room. */
function messageOf(
  { files, ...said }: Extract<RoomRecord, { message: unknown }>["message"],
  seq: number,
  by: string,
): Message {
  return {
    ...said,
    seq,
    reactions: said.reactions as Message["reactions"],
    ...files.length > 0 && { files: files as MessageFile[], filesBy: by },
  };
}

/** How many bytes the entry that comes of a record has, at the most. */
export function bytesOf(record: RoomRecord, by: string): number {
  const entry = "person" in record ? record.person : "message" in record &&
    messageOf(record.message, Number.MAX_SAFE_INTEGER, by);
  return entry ? encoder.encode(JSON.stringify(entry)).length : 0;
}

/** Why a record can't stand where it does; undefined when it can. */
async function whyOutOfPlace(
  there: WriteTransaction,
  { head, ended, people }: Progress,
  number: number,
  record: RoomRecord,
): Promise<string | undefined> {
  if ("head" in record) {
    return number === 1 ? undefined : "Only the first line says of what room.";
  }
  if (!head && number === 1) return "This is no export of a room.";
  if (ended) return "It stands behind the end.";
  if ("end" in record) {
    return record.end === number - 1
      ? undefined
      : `There should be ${record.end} lines before it.`;
  }
  if ("person" in record && people >= MAX_PEOPLE) {
    return `There are more than ${MAX_PEOPLE} people.`;
  }
  if (!("message" in record)) return undefined;
  const { id, content, files } = record.message;
  if (files.length === 0 && !isVisible(content)) {
    return "Nothing of it is left.";
  }
  return await there.has(`message/${id}`)
    ? "A line before it has that ID."
    : undefined;
}
