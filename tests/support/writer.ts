// A person who writes without a browser.
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { Person } from "./person.ts";

export class Writer {
  /** One client of a group of its own, by space. */
  readonly #clients: Record<string, { id: string; lastMutationID: number }> =
    {};

  constructor(readonly person: Person) {}

  /** Someone who has just signed in and joined General. */
  static async signIn(url: string, name: string): Promise<Writer> {
    const person = await Person.signIn(url, name);
    await person.post("/api/rooms/general/members", {});
    return new Writer(person);
  }

  /** Who is signed in on a page, as if on another device. */
  static async of(page: Page): Promise<Writer> {
    const { origin } = new URL(page.url());
    const person = new Person(origin);
    const [{ name, value }] = await page.context().cookies();
    person.cookie = `${name}=${value}`;
    person.userID = (await person.get("/api/session")).body.userID;
    return new Writer(person);
  }

  /** Writes a message. */
  write(content: string, space?: string): Promise<void> {
    const id = crypto.randomUUID();
    return this.push([["createMessage", { id, content }]], space);
  }

  /** Writes messages "This is number n." under the IDs "mn". */
  async writeNumbered(from: number, to: number): Promise<void> {
    const calls: Call[] = [];
    for (let n = from; n <= to; n++) {
      const message = { id: `m${n}`, content: `This is number ${n}.` };
      calls.push(["createMessage", message]);
    }
    await this.push(calls);
  }

  /** Sends mutations, all of them in one push. */
  async push(calls: Call[], space = "room:general"): Promise<void> {
    const client = this.#clients[space] ??= {
      id: crypto.randomUUID(),
      lastMutationID: 0,
    };
    const mutations = calls.map(([name, args]) => ({
      clientID: client.id,
      id: ++client.lastMutationID,
      name,
      args,
      timestamp: 0,
    }));
    const { status } = await this.person.push(space, client.id, mutations);
    assertEquals(status, 200);
  }
}

type Call = [name: string, args: Record<string, unknown>];
