// An address for a blob, for as long as it is shown.
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";

/** Undefined at first, and without a blob. */
export function useObjectURL(blob: Blob | undefined): string | undefined {
  const url = useSignal<string | undefined>(undefined);
  useEffect(() => {
    const made = url.value = blob && URL.createObjectURL(blob);
    return () => made && URL.revokeObjectURL(made);
  }, [blob]);
  return url.value;
}
