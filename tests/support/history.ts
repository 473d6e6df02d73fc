// Runs many clients, two servers and housekeeping at once on one KV, and records all that happens.
import { commitRepeatable } from "../../lib/sync/commit.ts";
import {
  batchReads,
  Sync,
  type SyncOptions,
  type User,
} from "../../lib/sync/mod.ts";
import { type Gate, gatedKv, through } from "./gated_kv.ts";
import { auditDomain, type Item } from "./audit_domain.ts";
import { ModelGroup, randomDeed, type Server } from "./model_client.ts";
import { type Random, randomFrom } from "./random.ts";
import {
  emptyHistory,
  recordCommits,
  type RecordedHistory,
  type RecordedPull,
} from "./history_checker.ts";

export const SPACE = "s";
export const OTHER = "t";
const USERS: User[] = [{ userID: "ada" }, { userID: "bob" }];
const KEEP = { logEntries: 40, logDays: 0, rejectionDays: 1 };
const DAY = 86_400_000; // ms

export type Options = {
  seed: number;
  /** Tells the groups of several processes apart. */
  name: string;
  /** How many pulls that bring news are enough. */
  pulls: number;
  /** How many items there may be, 120 unless told otherwise. */
  items?: number;
  /** How many groups are at work at once, 16 unless told otherwise. */
  groups?: number;
  /** How often the Reset strategy answers. */
  resets?: number;
  /** How often a group begins with a null cookie again. */
  restarts?: number;
  /** A second connection to the KV's file, to read through as main.ts does. */
  reader?: Deno.Kv;
  /** The KV is a server's. */
  onServer?: boolean;
  /** Spoils what the engine reads, or answers: to prove that the checker sees it. */
  sabotage?: Gate;
  spoil?: (body: RecordedPull["body"]) => RecordedPull["body"];
};

/** Lets a crowd loose on a KV until it has pulled enough; gives back all that happened. */
export async function makeHistory(
  kv: Deno.Kv,
  options: Options,
): Promise<RecordedHistory> {
  const { seed, name, pulls, restarts = 0.02, sabotage, reader } = options;
  const { items = 120, resets = 0.1 } = options;
  const loopCount = options.groups ?? 16;
  const { spoil = (body) => body, onServer = false } = options;
  const random = randomFrom(seed);
  const story = emptyHistory();
  // Small batches: there is much between the beginning of a read and its end.
  const gated = (each: Deno.Kv) => gatedKv(each, recordCommits(story), 20);
  const given = () =>
    sabotage
      ? gatedKv(kv, through(sabotage, recordCommits(story)), 1)
      : batchReads(gated(kv), {
        reader: reader && gated(reader),
        callsUnderWay: onServer ? 8 : undefined, // as main.ts does
      });
  const open = (strategy: SyncOptions["strategy"]) =>
    new Sync(given(), auditDomain, {
      strategy,
      retention: KEEP,
      maxChecks: onServer ? 10 : 100,
    });
  // Two engines on one KV are to each other what two processes are.
  const engines = [open("global-version"), open("reset")];
  const engine = () => engines[Number(random.chance(resets))];
  const version = async (space: string) =>
    (await kv.get<number>(["version", space])).value ?? 0;
  const server: Server = {
    version,
    push: (space, user, body) => engine().push(space, user, body),
    async pull(space, user, body, wanted) {
      const mayRead = () => Promise.resolve(true);
      const answer = await engine().pull(space, user, body, {
        ...wanted,
        mayRead,
      });
      if ("error" in answer) return answer;
      return spoil(JSON.parse([...answer].join("")));
    },
  };
  await engines[0].write(
    [SPACE, OTHER],
    async (one, other) => {
      await one.set(`born/${name}`, 1);
      await other.set(`born/${name}`, 1);
    },
  );

  let left = pulls;
  let groups = 0;
  const begin = () => {
    const groupID = `${name}-${groups++}`;
    const tabs = ["a", "b", "c"].slice(random.below(3))
      .map((tab) => `${groupID}${tab}`);
    const user = random.pick(USERS);
    return new ModelGroup(story, server, groupID, tabs, user, SPACE);
  };
  const retired: ModelGroup[] = [];
  const odd = (error: unknown) => {
    if (story.odd.push(String(error)) > 100) left = 0;
    return "odd";
  };

  const fill = async () => {
    for (let n = 0; n < items; n += 100) {
      await engine().write([SPACE, OTHER], async (one) => {
        for (let i = n; i < n + 100; i++) {
          await one.set(`item/${i}`, { n: i, by: "" } satisfies Item);
        }
        await one.set("newest", items);
      });
    }
  };
  const live = async () => {
    let group = begin();
    while (left > 0) {
      const deeds = random.chance(0.5) ? random.below(4) : 0;
      for (let i = 0; i < deeds; i++) {
        group.act(random.pick(group.tabs), ...randomDeed(random, items));
      }
      if (random.chance(0.1)) group.dismiss();
      const wish = group.randomWish(random, items);
      let pushing = true;
      const pushed = group.push().catch(odd).finally(() => pushing = false);
      if (random.chance(0.1)) await pushed;
      do {
        const news = await group.pull(wish).catch(odd);
        if (news === "odd") group = begin();
        else if (news) left--;
        else await turns(random, 2);
      } while (pushing && left > 0);
      await pushed;
      if (random.chance(restarts)) group.restart();
      else if (random.chance(0.02)) {
        const id = `${name}-${groups++}`;
        const old = group;
        group = random.chance(0.5) ? begin() : group.fork(id, [`${id}a`]);
        retired.push(old);
      }
    }
  };
  const serve = async () => {
    for (let i = 0; left > 0; i++) {
      await engine().write([SPACE, OTHER], async (one, other) => {
        await one.set(`served/${i % 10}`, i);
        await one.del(`item/${random.below(items)}`);
        await other.set("served", i);
      }).catch(odd);
      await turns(random);
    }
  };
  const keepHouse = async () => {
    while (left > 0) {
      for (const { groupID, tabs } of retired.splice(0)) {
        await abandon(kv, groupID);
        await engine().write([SPACE], async (tx) => {
          for (const tab of tabs) await tx.del(`told/${tab}`);
        }).catch(odd);
      }
      // Late enough for the log and for groups out of use; now and then for rejections, too.
      const ahead = random.chance(0.1) ? 2 * DAY : DAY / 24;
      await engine().housekeep(Date.now() + ahead);
      await turns(random);
    }
  };
  if (options.items) await fill();
  const loops = Array.from({ length: loopCount }, live);
  await Promise.all([...loops, serve(), keepHouse()]);
  for (const each of engines) each.close();
  return story;
}

/** Makes a group look as if it had last been seen long ago. */
async function abandon(kv: Deno.Kv, groupID: string): Promise<void> {
  const key = ["group", groupID];
  const { value, versionstamp } = await kv.get<{ seenOn: number }>(key);
  if (value === null) return;
  const seenOn = value.seenOn - 31;
  await commitRepeatable(
    kv.atomic().check({ key, versionstamp }).set(key, { ...value, seenOn }),
  );
}

/** Some turns of the event loop, for the others. */
async function turns(random: Random, most = 20): Promise<void> {
  for (let i = random.below(most); i >= 0; i--) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}
