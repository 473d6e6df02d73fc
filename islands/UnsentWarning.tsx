// A warning on pages that sign in somebody else: what is on this device alone.
import "./parts/shared/common.ts";
import { UnsentNotice } from "./parts/device/UnsentNotice.tsx";
import { useUnsent } from "./parts/device/useUnsent.ts";

export default function UnsentWarning({ userID }: { userID: string }) {
  const here = useUnsent(userID).value;
  return here === undefined ? null : <UnsentNotice here={here} stays />;
}
