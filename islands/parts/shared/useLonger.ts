// Patience: true only once something has been true for a while.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

/** True once `flag` has been true for so long without a break. */
export function useLonger(flag: boolean, milliseconds: number): boolean {
  const long = useSignal(false);
  useEffect(() => {
    if (!flag) return;
    const timer = setTimeout(() => long.value = true, milliseconds);
    return () => {
      clearTimeout(timer);
      long.value = false;
    };
  }, [flag]);
  return flag && long.value;
}
