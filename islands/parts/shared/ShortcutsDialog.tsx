// The list of the keys that one can use.
import "./shared_chunk.ts";
import { deviceStrings } from "../../../lib/chat/strings/device.ts";
import { Dialog } from "./Dialog.tsx";

const words = deviceStrings.shortcuts;

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={words.title} onClose={onClose}>
      <dl class="shortcuts">
        {words.keys.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              {keys.split(/( or | \+ )/).map((part, i) =>
                i % 2 ? part : <kbd key={i}>{part}</kbd>
              )}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog" class="row">
        <button type="submit" autofocus>{words.close}</button>
      </form>
    </Dialog>
  );
}
