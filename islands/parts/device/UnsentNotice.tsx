// Says how much has not been sent from this device, and what becomes of it; nothing when all was sent.
import { deviceStrings } from "../../../lib/chat/strings/device.ts";
import CopyButton from "../../CopyButton.tsx";
import { isNothing, type UnsentOnDevice } from "./useUnsent.ts";

const words = deviceStrings.signOut;

type UnsentNoticeProps = {
  /** Null when it can't be counted. */
  unsent: UnsentOnDevice | null;
  /** Whether it stays on the device; else it is discarded. */
  stays?: boolean;
};

export function UnsentNotice({ unsent, stays = false }: UnsentNoticeProps) {
  if (unsent && isNothing(unsent)) return null;
  const texts = unsent?.texts.join("\n\n");
  return (
    <div class="refusal unsent">
      <p role="alert">
        {unsent ? words.unsent(unsent, stays) : words.unknown(stays)}
      </p>
      {texts && (
        <details>
          <summary>{words.show}</summary>
          <pre dir="auto" tabIndex={0}>{texts}</pre>
          <CopyButton text={texts} />
        </details>
      )}
    </div>
  );
}
