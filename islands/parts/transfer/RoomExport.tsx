// Where an owner saves a room as a file, or one of its people direct messages: a link, which needs no script.
import type { Room } from "../../../lib/chat/schema.ts";
import { transferStrings } from "../../../lib/chat/strings/transfer.ts";

export function RoomExport({ id, direct }: Pick<Room, "id" | "direct">) {
  const { exportTitle, exportText, exportDirect, exportSubmit } =
    transferStrings;
  return (
    <section class="card" aria-labelledby="export">
      <h2 id="export">{exportTitle}</h2>
      <p>{direct ? exportDirect : exportText}</p>
      <a class="button" href={`/api/rooms/${id}/export`} download>
        {exportSubmit}
      </a>
    </section>
  );
}
