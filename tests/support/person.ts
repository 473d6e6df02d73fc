// A person with a browser's cookie jar, speaking the HTTP contract.

/** An answer, its body read. `body` is undefined when there is none. */
// deno-lint-ignore no-explicit-any -- tests look into bodies of every shape
export type Answer = { status: number; headers: Headers; body: any };

/** Where requests go: to a server, or to an app in this process. */
type Send = (request: Request) => Promise<Response>;

export class Person {
  userID = "";
  cookie = "";

  constructor(
    readonly url: string,
    readonly name = "",
    readonly send: Send = fetch,
  ) {}

  /** Someone who has just signed in. */
  static async signIn(
    url: string,
    name: string,
    send?: Send,
  ): Promise<Person> {
    const person = new Person(url, name, send);
    const { headers, body } = await person.post("/api/session", { name });
    person.cookie = headers.get("set-cookie")!.split(";")[0];
    person.userID = body.userID;
    return person;
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.cookie) headers.set("cookie", this.cookie);
    const url = new URL(path, this.url);
    return this.send(
      new Request(url, { redirect: "manual", ...init, headers }),
    );
  }

  /** Sends a request and reads the answer. */
  async ask(path: string, init?: RequestInit): Promise<Answer> {
    const response = await this.fetch(path, init);
    const { status, headers } = response;
    const text = await response.text();
    const isJSON = headers.get("content-type")?.includes("json");
    const body = isJSON ? JSON.parse(text) : text || undefined;
    return { status, headers, body };
  }

  get(path: string): Promise<Answer> {
    return this.ask(path);
  }

  post(path: string, body: unknown, headers = {}): Promise<Answer> {
    return this.ask(path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  }

  push(
    space: string,
    clientGroupID: string,
    mutations: unknown[],
    more = {},
  ): Promise<Answer> {
    return this.post(`/api/replicache/push?space=${space}`, {
      pushVersion: 1,
      schemaVersion: "1",
      profileID: "p",
      clientGroupID,
      mutations,
      ...more,
    });
  }

  pull(
    space: string,
    clientGroupID: string,
    cookie: unknown = null,
    more = {},
  ): Promise<Answer> {
    return this.post(`/api/replicache/pull?space=${space}`, {
      pullVersion: 1,
      schemaVersion: "1",
      profileID: "p",
      clientGroupID,
      cookie,
      ...more,
    });
  }
}
