// Sends the lines of a room to be imported, chunk by chunk, from where the server has them.
import { type Chunk, chunksOf } from "../../../lib/chat/transfer/room_lines.ts";
import type { RoomSource } from "../../../lib/chat/transfer/sources.ts";
import { transferStrings } from "../../../lib/chat/strings/transfer.ts";
import { type Asker, askUntilAnswered } from "../shared/ask_until_answered.ts";

export type Wishes = { visibility: "public" | "private"; skip: boolean };

/** What became of a room; each bad line with where it stands. */
export type Imported = {
  state: "done" | "refused";
  roomID: string;
  messages: number;
  bad: { where: string; reason: string }[];
  badCount: number;
};

/** As the server answers. */
type Answer = {
  id: string;
  state: "open" | "done" | "refused";
  roomID: string;
  line: number;
  messages: number;
  bad: { line: number; reason: string }[];
  badCount: number;
};

/**
 * Imports a room, or goes on with it. `tell` is called with how much of it is
 * there, from 0 to 1. Rejects with `AnswerRefused`, with a refusal for a source
 * that can't be read, and with an `AbortError` once it is aborted: then the same
 * goes on with it.
 */
export async function importRoom(
  { source, lines }: RoomSource,
  wishes: Wishes,
  asker: Asker,
  tell: (part: number) => void,
): Promise<Imported> {
  const ask = (path: string, body: unknown): Promise<Answer> =>
    askUntilAnswered(asker, "POST", path, {
      type: "application/json",
      body: JSON.stringify(body),
    });
  let answer = await ask("/api/imports", { source, ...wishes });
  const places = new Map<number, string>();
  let read = 0;
  const chunks = answer.state === "open"
    ? chunksOf(lines((part) => read = part), answer.line + 1)
    : [];
  for await (const chunk of chunks) {
    const body = { ...chunk, lines: chunk.lines.map(({ text }) => text) };
    answer = await ask(`/api/imports/${answer.id}`, body);
    for (const { line } of answer.bad) note(places, chunk, line);
    tell(read);
  }
  const { state, roomID, messages, bad, badCount } = answer;
  return {
    state: state === "refused" ? state : "done",
    ...{ roomID, messages, badCount },
    bad: bad.map(({ line, reason }) => ({
      where: places.get(line) ?? transferStrings.line(line),
      reason,
    })),
  };
}

/** Notes where a line stands in what was chosen, if that is no file of lines. */
function note(places: Map<number, string>, chunk: Chunk, line: number): void {
  const place = chunk.lines[line - chunk.line]?.place;
  if (place !== undefined) places.set(line, place);
}
