// What has changed since a copy's cookie, told on its stream with the poke, so that it need not be pulled.
import { changeOf } from "./client_view.ts";
import type { Collection } from "./domain.ts";
import type { LogEntry } from "./log.ts";
import { type Cookie, cookieOf } from "./protocol.ts";
import type { Space } from "./space.ts";
import { encoder } from "./sse.ts";

/** A copy of a space in a browser, and where it stands: what its group was answered last. */
export type Copy = { userID: string; groupID: string; cookie: Cookie };

/** A larger one is pulled, and so is what is further behind. */
const MAX_PATCH_BYTES = 8_000;
const MAX_LOG_ENTRIES = 50;

/** Where a copy stands once it has taken a patch, and the patch, both in one JSON text. */
type Patch = { cookie: Cookie; json: string };

/**
 * Makes the events that bring copies to a version of the space, the newest or
 * one that was shortly before. The patch of all that stand at the same cookie is
 * made once.
 */
export class StreamPatches {
  readonly #patches = new Map<string, Patch | undefined>();

  constructor(
    private readonly space: Space,
    private readonly version: number,
    private readonly collections: readonly Collection[],
  ) {}

  /**
   * The event for a copy, and its cookie from then on. Undefined for what has to
   * be pulled: it is too much, or not at hand, or tells the group of its own
   * mutations.
   */
  eventFor(copy: Copy): { bytes: Uint8Array; cookie: Cookie } | undefined {
    const { groupID, userID, cookie } = copy;
    const log = this.space.recentLogFrom(cookie.version);
    if (!log || log[0].mark !== cookie.mark) return undefined;
    const since = log.slice(1, this.version - cookie.version + 1);
    if (since.length === 0 || since.length > MAX_LOG_ENTRIES) return undefined;
    if (!since.at(-1)!.end || since.some((each) => isAbout(each, groupID))) {
      return undefined;
    }
    const base = JSON.stringify(cookie);
    const isPersonal = since.some(({ ops }) =>
      ops.some((op) => op.for !== undefined)
    );
    const key = isPersonal ? `${userID} ${base}` : base;
    if (!this.#patches.has(key)) {
      this.#patches.set(key, this.#make(copy, since));
    }
    const patch = this.#patches.get(key);
    if (!patch) return undefined;
    const { space: { name: space }, version } = this;
    const said = JSON.stringify({ space, version, clientGroupID: groupID });
    const data = `${said.slice(0, -1)},"base":${base},${patch.json}`;
    // The poke is for who reads nothing else.
    const poke = JSON.stringify({ space, version });
    const bytes = encoder.encode(
      `event: patch\ndata: ${data}\n\nevent: poke\ndata: ${poke}\n\n`,
    );
    return { bytes, cookie: patch.cookie };
  }

  #make(viewer: Copy, since: LogEntry[]): Patch | undefined {
    const size = since.reduce((sum, { bytes }) => sum + bytes, 0);
    if (size > 2 * MAX_PATCH_BYTES) return undefined;
    const { patch } = changeOf(
      since,
      viewer,
      this.collections,
      viewer.cookie,
    );
    const { version } = this;
    const { mark } = since.at(-1)!;
    const cookie = cookieOf({ ...viewer.cookie, version, mark });
    const json = JSON.stringify({ cookie, patch }).slice(1);
    return json.length > MAX_PATCH_BYTES ? undefined : { cookie, json };
  }
}

/** Whether a log entry says something of a client group itself. */
const isAbout = ({ lost, lastMutationIDs }: LogEntry, groupID: string) =>
  lost?.includes(groupID) ||
  lastMutationIDs.some(([each]) => each === groupID);
