// Makes a private room with an owner, a member, somebody who was removed, somebody who was banned and an outsider,
// and what only some of them may see.
import { makeBot } from "./bots.ts";
import { APP, type InnerApp } from "./app.ts";
import { Person } from "./person.ts";
import { jpeg, png } from "./pictures.ts";
import { begin, cut, upload } from "./upload.ts";

/** The roles that the route matrix tries. */
export const ROLES = [
  "nobody",
  "outsider",
  "removed",
  "member",
  "owner",
  "banned",
] as const;
export type Role = (typeof ROLES)[number];

/** What can be seen in the room by its members alone. */
const WORDS = [
  ...["Hidden Nest", "Said in the nest", "Mia the Second", "Nest-plan"],
  "Nest-bot",
];
/** What only the owner may see: of their rejection and draft. */
const OWN_WORDS = ["Refused to the owner", "Drafted by the owner"];

const UNFINISHED = new TextEncoder().encode("What is yet to be uploaded.");

export class PrivateRoom {
  roomID = "";
  space = "";
  /** An invitation by the owner that holds. */
  inviteID = "";
  secret = "";
  /** The owner's sign-in link's. */
  linkSecret = "";
  /** An import of the owner's that is under way. */
  importID = "";
  botID = "";
  botToken = "";
  /** A picture in the owner's message. */
  fileID = "";
  /** The owner's own picture. */
  avatar = "";
  /** An upload of the owner's that is under way, and its only piece, which is yet to come. */
  readonly uploadID = cut(UNFINISHED).id;
  readonly piece = UNFINISHED;
  /** The owner's client group and client in the room's space. */
  readonly groupID = crypto.randomUUID();
  readonly clientID = crypto.randomUUID();
  /** A second member. */
  mia!: Person;
  get miaID(): string {
    return this.mia.userID;
  }
  people!: Record<Role, Person>;

  static async make(app: InnerApp): Promise<PrivateRoom> {
    const room = new PrivateRoom();
    const [owner, member, removed, outsider, banned, mia] = await Promise.all(
      ["Owner", "Member", "Removed", "Outsider", "Banned", "Mia the Second"]
        .map((name) => app.signIn(name)),
    );
    room.mia = mia;
    const nobody = new Person(APP, "", app.send);
    room.people = { nobody, outsider, removed, member, owner, banned };
    await room.#fill();
    return room;
  }

  async #fill(): Promise<void> {
    const { owner, member, removed, banned } = this.people;
    const made = await owner.post("/api/rooms", {
      name: "Hidden Nest",
      visibility: "private",
    });
    Object.assign(this, made.body);
    const path = `/api/rooms/${this.roomID}`;
    await this.#invite();
    for (const person of [member, removed, banned, this.mia]) {
      await person.post(`${path}/members`, { invite: this.secret });
    }
    await owner.ask(`${path}/members/${removed.userID}`, { method: "DELETE" });
    await owner.post(`${path}/bans`, { userID: banned.userID });
    await this.#invite(); // the first was withdrawn with these
    const bot = await makeBot(owner, this.roomID, "Nest-bot");
    [this.botID, this.botToken] = [bot.id, bot.token];
    this.fileID = (await upload(owner, png(8, 8))).id;
    const picture = { method: "PUT", body: jpeg(128, 128) };
    this.avatar = (await owner.ask("/api/avatar", picture)).body.avatar;
    await begin(owner, cut(UNFINISHED));
    const mutation = (id: number, name: string, args: unknown) => ({
      id,
      name,
      args,
      clientID: this.clientID,
      timestamp: 1,
    });
    await owner.push(this.space, this.groupID, [
      mutation(1, "createMessage", {
        id: "m",
        content: "Said in the nest",
        files: [{ id: this.fileID, name: "Nest-plan.png" }],
      }),
      mutation(2, "editMessage", { id: "x", content: "Refused to the owner" }),
    ]);
    const { roomID } = this;
    await owner.push(`user:${owner.userID}`, crypto.randomUUID(), [
      mutation(1, "setDraft", { roomID, content: "Drafted by the owner" }),
    ]);
    const wish = { source: "nest", visibility: "private", skip: false };
    this.importID = (await owner.post("/api/imports", wish)).body.id;
    const { body } = await owner.post("/api/session/link", {});
    this.linkSecret = body.url.split("/").at(-1);
  }

  async #invite(): Promise<void> {
    const path = `/api/rooms/${this.roomID}/invites`;
    const { body } = await this.people.owner.post(path, {});
    this.inviteID = body.inviteID;
    this.secret = body.url.split("/").at(-1);
  }

  /** What must be in no answer to that person. */
  hiddenFrom(role: Role): string[] {
    if (role === "owner") return [];
    const { owner } = this.people;
    const keys = [owner.cookie, this.linkSecret, this.botToken, ...OWN_WORDS];
    if (role === "member") return keys;
    return [...keys, ...WORDS, owner.userID, this.mia.userID];
  }
}
