// What a member can do with the room, at the end of its header: invite others, set it for themselves, change it, leave it. Each opens a dialog.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { isLastOwner } from "../../../lib/chat/owners.ts";
import type { Member, Room } from "../../../lib/chat/schema.ts";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import { hasSavedOf } from "../message/save_for_later.ts";
import { askServer } from "../shared/ask_server.ts";
import { copyText } from "../shared/copy_text.ts";
import { Dialog } from "../shared/Dialog.tsx";
import type { RoomReplica } from "../shared/replicas.ts";
import { RoomChoices } from "../shared/RoomChoices.tsx";
import { listedRoom, userReplica } from "../shared/room_store.ts";
import { RoomSettings } from "./RoomSettings.tsx";
import { Refusal } from "../shared/Refusal.tsx";

const words = roomOnUseStrings.menu;
const choices = roomOnUseStrings.options;

type RoomMenuProps = {
  room: Room;
  me: Member;
  members: readonly Member[];
  replica: RoomReplica;
  /** How many mutations are not sent. */
  unsent: number;
};

export function RoomMenu(
  { room, me, members, replica, unsent }: RoomMenuProps,
) {
  const open = useSignal<
    "invite" | "options" | "settings" | "leave" | undefined
  >(undefined);
  const { value } = open;
  const close = () => open.value = undefined;
  return (
    <div class="deeds">
      {!room.direct && (
        <button
          type="button"
          class="icon invite"
          title={words.invite}
          onClick={() => open.value = "invite"}
        >
          {words.invite}
        </button>
      )}
      <button
        type="button"
        class="icon bell"
        title={choices.title}
        onClick={() => open.value = "options"}
      >
        {choices.title}
      </button>
      {me.role === "owner" && (
        <button
          type="button"
          class="icon adjust"
          title={words.settings}
          onClick={() => open.value = "settings"}
        >
          {words.settings}
        </button>
      )}
      {(room.size !== 2 || members.length < 2) && (
        <button
          type="button"
          class="icon exit"
          title={words.leave}
          onClick={() => open.value = "leave"}
        >
          {words.leave}
        </button>
      )}
      {value === "invite" && <InviteDialog room={room} onClose={close} />}
      {value === "options" && (
        <Dialog title={choices.title} onClose={close}>
          <RoomChoices
            roomID={room.id}
            direct={room.direct}
            listed={listedRoom(room.id)}
            replica={userReplica.value}
          />
          <form method="dialog" class="row">
            <button type="submit" class="quiet edged">{choices.close}</button>
          </form>
        </Dialog>
      )}
      {value === "settings" && (
        <RoomSettings room={room} replica={replica} onClose={close} />
      )}
      {value === "leave" && (
        <LeaveDialog
          room={room}
          me={me}
          members={members}
          unsent={unsent}
          onClose={close}
        />
      )}
    </div>
  );
}

/** How others come into the room: by its address when it is public, else by an invitation that is made here. */
function InviteDialog(
  { room, onClose }: { room: Room; onClose: () => void },
) {
  const isPublic = room.visibility === "public";
  const link = useSignal(isPublic ? `${location.origin}/rooms/${room.id}` : "");
  const copied = useSignal("");
  const problem = useSignal("");
  const field = useRef<HTMLInputElement>(null);
  const busy = useRef(false);

  async function makeInvitation() {
    if (busy.current) return;
    busy.current = true;
    problem.value = "";
    try {
      const { url } = await askServer("POST", `/api/rooms/${room.id}/invites`);
      link.value = url;
    } catch (error) {
      problem.value = (error as Error).message;
    }
    busy.current = false;
  }
  // The button has gone: the focus goes on to the link.
  useEffect(() => {
    if (isPublic) return;
    field.current?.focus();
    field.current?.select();
  }, [link.value]);
  async function copy() {
    const isCopied = await copyText(link.value);
    copied.value = isCopied ? words.copied : words.notCopied;
    field.current?.select();
  }

  return (
    <Dialog title={words.invite} onClose={onClose}>
      <p>{isPublic ? words.address : words.invitation}</p>
      <Refusal text={problem.value} />
      {link.value && (
        <div class="row link">
          <input
            ref={field}
            readOnly
            value={link.value}
            aria-label={words.link}
            dir="ltr"
          />
          <button type="button" onClick={copy}>{words.copy}</button>
        </div>
      )}
      <p class="hint" role="status">{copied.value}</p>
      <div class="row">
        {!link.value && (
          <button type="button" onClick={makeInvitation}>{words.make}</button>
        )}
        <button type="button" class="quiet" onClick={onClose}>
          {words.close}
        </button>
        {!isPublic && (
          <a href={`/rooms/${room.id}/people#invite`}>{words.open}</a>
        )}
      </div>
    </Dialog>
  );
}

type LeaveDialogProps = {
  room: Room;
  me: Member;
  members: readonly Member[];
  /** How many of one's own mutations are not sent. */
  unsent: number;
  onClose: () => void;
};

/** Asks before a person leaves the room. */
function LeaveDialog(
  { room, me, members, unsent, onClose }: LeaveDialogProps,
) {
  const problem = useSignal("");
  const busy = useSignal(false);

  async function leave() {
    if (busy.peek()) return;
    busy.value = true;
    problem.value = "";
    try {
      await askServer("DELETE", `/api/rooms/${room.id}/members/me`);
      location.assign("/");
    } catch (error) {
      problem.value = (error as Error).message;
      busy.value = false;
    }
  }

  return (
    <Dialog title={words.leaveTitle(room.name)} onClose={onClose}>
      <p>
        {room.direct
          ? members.length === 1 ? words.leaveText : words.leaveDirect
          : members.length === 1
          ? words.leaveLast
          : isLastOwner(me, members)
          ? words.leaveOwner
          : words.leaveText}
        {room.visibility === "private" && !room.direct &&
          ` ${words.leavePrivate}`}
        {hasSavedOf(room.id) && ` ${words.leaveSaved}`}
      </p>
      {unsent > 0 && <p class="refusal">{words.leaveUnsent(unsent)}</p>}
      <Refusal text={problem.value} />
      <div class="row">
        <button
          type="button"
          class="danger"
          aria-disabled={busy.value}
          onClick={leave}
        >
          {words.leave}
        </button>
        <button type="button" class="quiet" autofocus onClick={onClose}>
          {words.cancel}
        </button>
      </div>
    </Dialog>
  );
}
