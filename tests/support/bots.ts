// Makes bots and hooks by the page of a room's owners, as they do.
import type { Person } from "./person.ts";

const post = async (
  person: Person,
  roomID: string,
  fields: Record<string, string>,
) => {
  const answer = await person.fetch(`/rooms/${roomID}/bots`, {
    method: "POST",
    body: new URLSearchParams(fields),
    redirect: "manual",
  });
  return { status: answer.status, body: await answer.text() };
};

/** The secret that a page shows once; empty when it shows none. */
const secretIn = (body: string): string =>
  body.match(/class="secret">([\w-]{43})</)?.[1] ?? "";

/** A new bot of a room, and its token. */
export async function makeBot(owner: Person, roomID: string, name: string) {
  const { body } = await post(owner, roomID, { do: "make", name });
  const [before] = body.split('class="secret"');
  const id = before.match(/bot-[0-9a-f]{48}/g)!.at(-1)!;
  return { id, token: secretIn(body) };
}

export const removeBot = (owner: Person, roomID: string, id: string) =>
  post(owner, roomID, { do: "remove", id });

/** A hook of a bot, and its secret. */
export async function addHook(
  owner: Person,
  roomID: string,
  id: string,
  url: string,
  wants = "all",
) {
  const answer = await post(owner, roomID, { do: "hook", id, url, wants });
  return { ...answer, secret: secretIn(answer.body) };
}
