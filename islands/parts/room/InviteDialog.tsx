// How others come into the room: by its address when it is public, else by an invitation that is made here.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Room } from "../../../lib/chat/schema.ts";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import { askServer } from "../shared/ask_server.ts";
import { Dialog } from "../shared/Dialog.tsx";
import { copyText } from "../shared/copyText.ts";

const words = roomOnUseStrings.about;

export function InviteDialog(
  { room, onClose }: { room: Room; onClose: () => void },
) {
  const isPublic = room.visibility === "public";
  const link = useSignal(isPublic ? `${location.origin}/rooms/${room.id}` : "");
  const said = useSignal("");
  const problem = useSignal("");
  const field = useRef<HTMLInputElement>(null);
  const busy = useRef(false);

  async function make() {
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
  // The button has gone; who pressed it goes on with the link.
  useEffect(() => {
    if (isPublic) return;
    field.current?.focus();
    field.current?.select();
  }, [link.value]);
  async function copy() {
    const copied = await copyText(link.value);
    said.value = copied ? words.copied : words.notCopied;
    field.current?.select();
  }

  return (
    <Dialog title={words.invite} onClose={onClose}>
      <p>{isPublic ? words.address : words.invitation}</p>
      {problem.value && <p class="refusal" role="alert">{problem.value}</p>}
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
      <p class="hint" role="status">{said.value}</p>
      <div class="row">
        {!link.value && (
          <button type="button" onClick={make}>{words.make}</button>
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
