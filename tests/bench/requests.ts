// The requests of the bench as text: what a client of the app sends, and nothing more.
import { Person } from "../support/person.ts";

/** A POST of JSON text by a person, as HTTP/1.1 has it. */
export function post(person: Person, path: string, json: string): string {
  return [
    `POST ${path} HTTP/1.1`,
    `host: ${new URL(person.url).host}`,
    `cookie: ${person.cookie}`,
    "content-type: application/json",
    `content-length: ${json.length}`,
    "",
    json,
  ].join("\r\n");
}

/** A GET of a stream. */
export function listen(person: Person, path: string): string {
  return [
    `GET ${path} HTTP/1.1`,
    `host: ${new URL(person.url).host}`,
    `cookie: ${person.cookie}`,
    "",
    "",
  ].join("\r\n");
}

/** A text of the length that people write to each other. */
export const TEXT = "A message of the length that people write to each other.";

/** A person's push of one message; `#…` and `@…` become the request's number (see load.ts). */
export function pushOfOne(person: Person, room: string, i: number): string {
  const body = {
    pushVersion: 1,
    schemaVersion: "1",
    profileID: "p",
    clientGroupID: `group${i}`,
    mutations: [{
      id: "#########",
      clientID: `client${i}`,
      name: "createMessage",
      args: { id: `${i}-@@@@@@@@@`, content: TEXT },
      timestamp: 0,
    }],
  };
  const json = JSON.stringify(body).replace('"#########"', "#########");
  return post(person, `/api/replicache/push?space=room:${room}`, json);
}

/** So many people who are signed in and members of a public room. */
export function peopleIn(
  url: string,
  room: string,
  count: number,
): Promise<Person[]> {
  return Promise.all(Array.from({ length: count }, async (_, i) => {
    const person = await Person.signIn(url, `Person ${i}`);
    const { status } = await person.post(`/api/rooms/${room}/members`, {});
    if (status !== 204) throw new Error(`Joining was answered ${status}`);
    return person;
  }));
}
