// What the person has set for their rooms, as their own replica has it.
import { effect } from "@preact/signals";
import { roomSettingsOf } from "../../../lib/chat/room_settings.ts";
import type { RoomSettings } from "../../../lib/chat/schema.ts";
import type { UserReplica } from "./replicas.ts";

export type SettingsByID = ReadonlyMap<string, RoomSettings>;

/**
 * Calls back with what is set, by roomID, now and after each change; not while
 * the copy may be older than what the server has said with the page. Returns
 * the end of it.
 */
export function onRoomSettings(
  replica: UserReplica,
  callback: (settings: SettingsByID) => void,
): () => void {
  let latest: SettingsByID | undefined;
  const tell = ({ fresh, online }: UserReplica["status"]["value"]) => {
    if (latest && (fresh || !online)) callback(latest);
  };
  const unsubscribe = replica.subscribe(
    async (tx) => [...(await roomSettingsOf(tx)).values()],
    (all) => {
      latest = new Map(all.map((each) => [each.roomID, each]));
      tell(replica.status.peek());
    },
  );
  const unfollow = effect(() => tell(replica.status.value));
  return () => {
    unsubscribe();
    unfollow();
  };
}
