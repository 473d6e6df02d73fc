// Joins a room for a visitor who opened it, and says how that goes until the room knows them.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import { askServer } from "../shared/ask_server.ts";

const words = roomOnUseStrings.joining;

type JoinNoticeProps = {
  roomID: string;
  /** Whether to ask first, as one does whoever has left. */
  asked: boolean;
};

export function JoinNotice({ roomID, asked }: JoinNoticeProps) {
  const problem = useSignal(asked ? words.notIn : "");

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
    if (!asked) join();
  }, []);

  if (!problem.value) return <p class="join" role="status">{words.joining}</p>;
  return (
    <div class="join">
      <p role="alert">{problem.value}</p>
      <button type="button" onClick={join}>{words.join}</button>
    </div>
  );
}
