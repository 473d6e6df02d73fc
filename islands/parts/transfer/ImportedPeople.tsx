// Who was in the room that this one was imported from: names, as they are no accounts here.
import type { ImportedPerson } from "../../../lib/chat/schema.ts";
import { transferStrings } from "../../../lib/chat/strings/transfer.ts";

export function ImportedPeople({ all }: { all: readonly ImportedPerson[] }) {
  if (all.length === 0) return null;
  return (
    <details class="imported-people">
      <summary>{transferStrings.people(all.length)}</summary>
      <ul>
        {all.map(({ id, name }) => (
          <li key={id}>
            <bdi>{name}</bdi>
          </li>
        ))}
      </ul>
    </details>
  );
}
