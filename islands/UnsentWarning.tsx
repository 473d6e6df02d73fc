// A warning on pages that sign in somebody else: what has not been sent from this device.
import "./parts/shared/shared_chunk.ts";
import { UnsentNotice } from "./parts/device/UnsentNotice.tsx";
import { useUnsent } from "./parts/device/useUnsent.ts";

export default function UnsentWarning({ userID }: { userID: string }) {
  const unsent = useUnsent(userID).value;
  return unsent === undefined ? null : <UnsentNotice unsent={unsent} stays />;
}
