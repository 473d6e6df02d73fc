// Opens the replica of direct messages, which may have been begun here while the server is yet to make their room.
import "../shared/shared_chunk.ts";
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import {
  asSeenBy,
  type DirectMutators,
  directMutators,
} from "../../../lib/chat/direct.ts";
import type { roomMutators } from "../../../lib/chat/mutators.ts";
import { roomIn } from "../../../lib/chat/queries.ts";
import type { Person, RoomView } from "../../../lib/chat/views.ts";
import type {
  Replica,
  ReplicaOptions,
  Status,
} from "../../../lib/replica/mod.ts";
import { unsentMutations } from "../../../lib/replica/outbox/unsent.ts";
import type { RoomReplica } from "../shared/replicas.ts";

type Options = ReplicaOptions<ReturnType<typeof roomMutators>>;
type Begun = { people: readonly Person[] };

type Room = {
  roomID: string;
  /** All in the room, where it is to be begun now. */
  people?: readonly Person[];
  seen: (view: RoomView | undefined) => RoomView | undefined;
  seenStatus?: ReadonlySignal<Status>;
};

const BEGINNING: keyof DirectMutators = "beginDirect";

/**
 * Opens the replica of a room, and has it seen as its person sees it. `open` is
 * handed over, as a second way to it would split the script in two.
 */
export async function openDirect(
  open: (options: Options) => Promise<RoomReplica>,
  options: Options,
  room: Room,
): Promise<RoomReplica> {
  const { roomID, people } = room;
  const { userID, mutators } = options;
  room.seen = (view) =>
    view && { ...view, room: asSeenBy(view.room, view.members, userID) };
  const begun = people ? { people } : await begunBefore(options);
  const replica = await open({
    ...options,
    mutators: { ...mutators, ...directMutators({ userID, now: Date.now }) },
    creation: begun && {
      url: "/api/messages",
      json: JSON.stringify({ people: begun.people }),
    },
  });
  if (!begun) return replica;
  if (!await replica.query(roomIn)) {
    const { mutate } = replica as unknown as Replica<DirectMutators>;
    await mutate.beginDirect({ roomID, people: [...begun.people] });
  }
  room.seenStatus = withoutBeginning(replica);
  return replica;
}

/** A replica's status, in which only what was written counts as unsent: that the room is begun goes along. */
function withoutBeginning(replica: RoomReplica): ReadonlySignal<Status> {
  const { status } = replica;
  const written = signal(0);
  const all = computed(() => status.value.unsent);
  effect(() => {
    if (all.value === 0) return;
    replica.unsent().then((unsent) => {
      written.value = unsent.filter(({ name }) => name !== BEGINNING).length;
    }).catch(console.warn); // it may be closed
  });
  return computed(() => ({
    ...status.value,
    unsent: Math.min(written.value, all.value),
  }));
}

/** What an earlier visit has begun the room with, if the server has not confirmed that. */
async function begunBefore(
  { userID, space }: Options,
): Promise<Begun | undefined> {
  const unsent = await unsentMutations();
  return unsent.find((each) =>
    each.userID === userID && each.space === space &&
    each.name === BEGINNING
  )?.args as Begun | undefined;
}
