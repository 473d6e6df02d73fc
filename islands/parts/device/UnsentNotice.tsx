// What signing out would discard, in words; nothing when everything was sent.
import { device } from "../../../lib/chat/device_texts.ts";
import { isNothing, type UnsentHere } from "./useUnsent.ts";

export function UnsentNotice({ here }: { here: UnsentHere | null }) {
  if (here && isNothing(here)) return null;
  return (
    <p class="refusal" role="alert">
      {here ? device.leaving.unsent(here) : device.leaving.unknown}
    </p>
  );
}
