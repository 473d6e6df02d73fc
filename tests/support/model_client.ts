// Models a client group as Replicache keeps one, and records what it was shown.
import type { User, Wanted } from "../../lib/sync/mod.ts";
import { type Deed, isBad } from "./audit_domain.ts";
import type { Random } from "./random.ts";
import type { RecordedHistory, RecordedPull } from "./history_checker.ts";

type Mutation = {
  id: number;
  clientID: string;
  name: string;
  args: unknown;
  timestamp: number;
};

/** The way to a server, which may lose a request or its answer: then it rejects. */
export interface Server {
  push(space: string, user: User, body: unknown): Promise<unknown>;
  /** The answer's JSON, parsed. */
  pull(
    space: string,
    user: User,
    body: unknown,
    wanted: Wanted,
  ): Promise<RecordedPull["body"] | { error: string }>;
  /** The version that the space has in KV, or one a little older. */
  version(space: string): number | Promise<number>;
}

let serial = 0;

/** One client group of some tabs, on one device. */
export class ModelGroup {
  /** All that no pull has confirmed, in the order they were made. */
  pending: Mutation[] = [];
  #cookie: RecordedPull["body"]["cookie"] | null = null;
  #view: string;
  readonly refused: [clientID: string, mutationID: number][] = [];
  readonly #nextID: Record<string, number> = {};
  #confirmed: Record<string, number> = {};

  constructor(
    private readonly story: RecordedHistory,
    private readonly server: Server,
    readonly groupID: string,
    readonly tabs: readonly string[],
    readonly user: User,
    readonly space: string,
  ) {
    this.#view = `${groupID}#${serial++}`;
    for (const tab of tabs) {
      this.#nextID[tab] = 1;
      story.accepted[tab] = [];
    }
  }

  /** Adds a mutation of one of its tabs. */
  act(tab: string, args: Deed, name = "act"): void {
    const id = this.#add(tab, name, args);
    if (!isBad(args) && name.startsWith("act")) {
      this.story.accepted[tab].push(id);
    } else this.refused.push([tab, id]);
  }

  /** Takes note of a rejection to come, if any is left to take note of. */
  dismiss(): void {
    const [clientID, mutationID] = this.refused.shift() ?? [];
    if (!clientID) return;
    this.#add(clientID, "dismissRejection", { clientID, mutationID });
  }

  #add(clientID: string, name: string, args: unknown): number {
    const id = this.#nextID[clientID]++;
    this.pending.push({ id, clientID, name, args, timestamp: 0 });
    return id;
  }

  /** Sends all that is pending. A failure is the caller's to repeat; nothing is dropped before a pull confirms it. */
  async push(): Promise<void> {
    const mutations = [...this.pending];
    if (mutations.length === 0) return;
    const answer = await this.server.push(this.space, this.user, {
      pushVersion: 1,
      schemaVersion: "1",
      profileID: "p",
      clientGroupID: this.groupID,
      mutations,
    });
    if (answer !== null) throw new Lost(JSON.stringify(answer));
    const lastMutationIDs: Record<string, number> = {};
    for (const { clientID, id } of mutations) lastMutationIDs[clientID] = id;
    const version = await this.server.version(this.space);
    const { space, groupID } = this;
    this.story.acks.push({ space, groupID, lastMutationIDs, version });
  }

  /** Pulls and takes in what comes; true when it brought anything. */
  async pull({ window, around }: Wanted = {}): Promise<boolean> {
    const { space, groupID, user, story } = this;
    const floor = await this.server.version(space);
    const cookie = this.#cookie;
    const body = await this.server.pull(space, user, {
      pullVersion: 1,
      schemaVersion: "1",
      profileID: "p",
      clientGroupID: groupID,
      cookie,
    }, { window, around });
    if ("error" in body) throw new Lost(JSON.stringify(body));
    if (this.#cookie !== cookie) return false; // overtaken by another
    story.pulls.push({
      space,
      view: this.#view,
      groupID,
      userID: user.userID,
      first: cookie === null,
      window: window ?? 0,
      around: around?.order,
      floor,
      body,
    });
    this.#cookie = body.cookie;
    Object.assign(this.#confirmed, body.lastMutationIDChanges);
    this.pending = this.pending.filter(({ clientID, id }) =>
      id > (this.#confirmed[clientID] ?? 0)
    );
    return body.cookie.order !== cookie?.order;
  }

  /** Something to ask for, now and then; of items that may not be in its view. */
  randomWish(random: Random, items: number): Wanted {
    const wanted: Wanted = {};
    if (random.chance(this.#cookie ? 0.1 : 0.5)) {
      wanted.window = 5 + random.below(60);
    }
    const bound = this.#cookie?.from["item/"];
    const order = bound ? random.below(bound + 2) : undefined;
    if (random.chance(0.5)) {
      wanted.around = random.chance(0.5)
        ? { key: `item/${random.below(items)}` }
        : order === undefined
        ? undefined
        : { key: "item/", order };
    }
    return wanted;
  }

  /** Forgets its view: the next pull is a first one. */
  restart(): void {
    this.#cookie = null;
    this.#view = `${this.groupID}#${serial++}`;
  }

  /** A new group that goes on from this one's view, as Replicache makes one for new code. */
  fork(groupID: string, tabs: readonly string[]): ModelGroup {
    const { story, server, user, space } = this;
    const fork = new ModelGroup(story, server, groupID, tabs, user, space);
    if (!this.#cookie) return fork;
    fork.#cookie = this.#cookie;
    story.pulls.push({
      space,
      groupID,
      userID: user.userID,
      first: false,
      view: fork.#view,
      forkOf: this.#view,
      window: 0,
      floor: 0,
      body: { cookie: this.#cookie, lastMutationIDChanges: {}, patch: [] },
    });
    return fork;
  }
}

/** The server says that it has forgotten the client: here, a fault of it. */
export class Lost extends Error {}

const GOOD = ["say", "add", "add", "add", "lift", "sink", "drop"] as const;
const BAD = ["refuse", "break", "outgrow"] as const;

/** Some deed, of `items` items at the most. */
export function randomDeed(random: Random, items: number): [Deed, string] {
  if (random.chance(0.04)) return [{ deed: "say" }, "noSuchMutator"];
  if (random.chance(0.08)) return [{ deed: random.pick(BAD) }, "act"];
  const name = random.chance(0.2) ? "actCarelessly" : "act";
  if (random.chance(0.05)) {
    return [{ deed: "fill", size: random.below(1_000) }, name];
  }
  const id = `${random.below(items)}`;
  return [{ deed: random.pick(GOOD), id } as Deed, name];
}
