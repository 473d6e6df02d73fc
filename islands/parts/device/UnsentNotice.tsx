// What is unsent on this device, in words, and what comes of it; nothing when everything was sent.
import { device } from "../../../lib/chat/device_texts.ts";
import { isNothing, type UnsentHere } from "./useUnsent.ts";

type UnsentNoticeProps = {
  /** Null when it can't be counted. */
  here: UnsentHere | null;
  /** Whether it stays on the device; else it is discarded. */
  stays?: boolean;
};

export function UnsentNotice({ here, stays = false }: UnsentNoticeProps) {
  if (here && isNothing(here)) return null;
  return (
    <p class="refusal" role="alert">
      {here
        ? device.leaving.unsent(here, stays)
        : device.leaving.unknown(stays)}
    </p>
  );
}
