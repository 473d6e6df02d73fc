// What became of a room that was imported: a link to it, or why not, and which lines were bad.
import { transferStrings as words } from "../../../lib/chat/strings/transfer.ts";
import type { Imported } from "./import_room.ts";

export type Result = { name: string; imported?: Imported; problem?: string };

export function ImportResult({ name, imported, problem }: Result) {
  if (!imported) return <p class="card refusal" role="alert">{problem}</p>;
  const { state, roomID, messages, bad, badCount } = imported;
  return (
    <section class="card import-result" aria-label={name}>
      {state === "done"
        ? (
          <p role="status">
            <a href={`/rooms/${roomID}`} dir="auto">{name}</a>:{" "}
            {words.done(messages)}
          </p>
        )
        : (
          <p class="refusal" role="alert">
            <bdi>{name}</bdi>: {words.refused}
          </p>
        )}
      {badCount > 0 && (
        <>
          <p>{words.bad(badCount)}</p>
          <ul>
            {bad.map(({ where, reason }) => (
              <li key={where}>
                <strong dir="auto">{where}</strong> {reason}
              </li>
            ))}
          </ul>
        </>
      )}
      {badCount > bad.length && <p>{words.more(badCount - bad.length)}</p>}
    </section>
  );
}
