// What is unsent on this device, in words, and what comes of it; nothing when everything was sent.
import { deviceStrings } from "../../../lib/chat/strings/device.ts";
import CopyButton from "../../CopyButton.tsx";
import { isNothing, type UnsentHere } from "./useUnsent.ts";

const words = deviceStrings.leaving;

type UnsentNoticeProps = {
  /** Null when it can't be counted. */
  here: UnsentHere | null;
  /** Whether it stays on the device; else it is discarded. */
  stays?: boolean;
};

export function UnsentNotice({ here, stays = false }: UnsentNoticeProps) {
  if (here && isNothing(here)) return null;
  return (
    <div class="refusal unsent">
      <p role="alert">
        {here ? words.unsent(here, stays) : words.unknown(stays)}
      </p>
      {here && here.texts.length > 0 && (
        <details>
          <summary>{words.show}</summary>
          <pre dir="auto" tabIndex={0}>{here.texts.join("\n\n")}</pre>
          <CopyButton text={here.texts.join("\n\n")} />
        </details>
      )}
    </div>
  );
}
