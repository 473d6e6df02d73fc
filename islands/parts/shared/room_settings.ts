// What the person has set for their rooms, as their own replica has it.
import { roomSettingsOf } from "../../../lib/chat/room_settings.ts";
import type { RoomSettings } from "../../../lib/chat/schema.ts";
import { onKnown } from "./on_known.ts";
import type { RoomSummary } from "../../../lib/chat/views.ts";
import type { UserReplica } from "./replicas.ts";

export type SettingsByID = ReadonlyMap<string, RoomSettings>;

/** Calls back with what is set, by roomID, now and after each change (see `onKnown`); returns the end of it. */
export const onRoomSettings = (
  replica: UserReplica,
  callback: (settings: SettingsByID) => void,
): () => void =>
  onKnown(
    replica,
    async (tx) => [...(await roomSettingsOf(tx)).values()],
    (all) => callback(new Map(all.map((each) => [each.roomID, each]))),
  );

/** A listed room as its person has set it. */
export const asSet = (
  room: RoomSummary,
  settings: SettingsByID,
): RoomSummary => {
  const { favourite, notify } = settings.get(room.roomID) ?? {};
  return { ...room, favourite, notify };
};
