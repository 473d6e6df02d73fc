// Debounces a flag: true only once it has been true for a while.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

/** True once `flag` has been true for so long without a break. */
export function useSustained(flag: boolean, milliseconds: number): boolean {
  const sustained = useSignal(false);
  useEffect(() => {
    if (!flag) return;
    const timer = setTimeout(() => sustained.value = true, milliseconds);
    return () => {
      clearTimeout(timer);
      sustained.value = false;
    };
  }, [flag]);
  return flag && sustained.value;
}
