// Joins the room for a visitor who has opened it; asks a person first who is no longer in it.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import { askServer } from "../shared/ask_server.ts";

const words = roomOnUseStrings.joining;

type JoinNoticeProps = {
  roomID: string;
  /** Whether to ask first, as the person has left or was removed. */
  asksFirst: boolean;
};

export function JoinNotice({ roomID, asksFirst }: JoinNoticeProps) {
  const problem = useSignal(asksFirst ? words.notIn : "");

  async function join() {
    problem.value = "";
    try {
      await askServer("POST", `/api/rooms/${roomID}/members`);
    } catch (error) {
      problem.value = (error as Error).message;
    }
  }
  // By script and not by the GET, which a prefetch could make.
  useEffect(() => {
    if (!asksFirst) join();
  }, []);

  if (!problem.value) return <p class="join" role="status">{words.joining}</p>;
  return (
    <div class="join">
      <p role="alert">{problem.value}</p>
      <button type="button" onClick={join}>{words.join}</button>
    </div>
  );
}
