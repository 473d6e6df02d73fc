// Joins a room for a visitor who opened it, and says how that goes until the room knows them.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { spokenLate } from "../../lib/chat/spoken_late.ts";

const words = spokenLate.joining;

type JoinNoticeProps = {
  roomID: string;
  /** Whether to ask first, as one does whoever has left. */
  asked: boolean;
};

export function JoinNotice({ roomID, asked }: JoinNoticeProps) {
  const problem = useSignal(asked ? words.notIn : "");

  async function join() {
    problem.value = "";
    problem.value = await askToJoin(roomID).catch(() => words.failed);
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

/** What went wrong, for a person; empty when nothing did. */
async function askToJoin(roomID: string): Promise<string> {
  const answer = await fetch(`/api/rooms/${roomID}/members`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  if (answer.ok) return "";
  const { message } = await answer.json();
  return typeof message === "string" ? message : words.failed;
}
