// What a person sets for a room, for themselves alone; each choice holds at once, without a network, too.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Notify, RoomSettings } from "../../../lib/chat/schema.ts";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import type { UserReplica } from "./replicas.ts";
import { onRoomSettings } from "./room_settings.ts";
import { Refusal } from "./Refusal.tsx";

const words = roomOnUseStrings.options;

type RoomChoicesProps = {
  roomID: string;
  /** Whether it is one of direct messages: each counts as a mention. */
  direct?: boolean;
  /** As the list of rooms has it. */
  listed: Pick<RoomSettings, "favourite" | "notify"> | undefined;
  /** Of the person's own space; undefined until it is open. */
  replica: UserReplica | undefined;
};

export function RoomChoices(props: RoomChoicesProps) {
  const { roomID, direct, listed, replica } = props;
  const set = useSignal<Pick<RoomSettings, "favourite" | "notify">>(
    listed ?? {},
  );
  const { favourite = false, notify = "all" } = set.value;
  const choices = Object.entries(words.choices)
    .filter(([choice]) => !direct || choice !== "mentions");
  const chosen = direct && notify === "mentions" ? "all" : notify;
  const problem = useSignal("");
  useEffect(() =>
    replica && onRoomSettings(replica, (settings) => {
      const known = settings.get(roomID);
      if (known) set.value = known;
    }), [replica]);

  async function choose(change: { favourite: boolean } | { notify: Notify }) {
    const before = set.peek();
    set.value = { ...before, ...change };
    problem.value = "";
    try {
      await replica!.mutate.setRoomSettings({ roomID, ...change });
      // Without a network the list is made of what is on the disk.
      await replica!.persist().catch(console.warn);
    } catch (error) {
      set.value = before;
      console.error(error); // it refuses nobody
      problem.value = roomOnUseStrings.notNow;
    }
  }

  return (
    <fieldset class="room-choices" disabled={!replica}>
      <legend class="hidden">{words.title}</legend>
      <label class="choice">
        <input
          type="checkbox"
          checked={favourite}
          onChange={({ currentTarget }) =>
            choose({ favourite: currentTarget.checked })}
        />
        <span>{words.favourite}</span>
      </label>
      <div role="radiogroup" aria-label={words.notify}>
        <p class="hint">{words.notify}</p>
        {choices.map(([choice, label]) => (
          <label key={choice} class="choice">
            <input
              type="radio"
              name={`notify-${roomID}`}
              checked={choice === chosen}
              onChange={() => choose({ notify: choice as Notify })}
            />
            <span>{label}</span>
          </label>
        ))}
      </div>
      <Refusal text={problem.value} />
    </fieldset>
  );
}
