// A word about what has just been done, for a while.
import type { Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

const STAY = 5_000; // ms

export function Notice({ notice }: { notice: Signal<string> }) {
  const text = notice.value;
  useEffect(() => {
    if (!text) return;
    const timer = setTimeout(() => notice.value = "", STAY);
    return () => clearTimeout(timer);
  }, [text]);
  // There before it says anything: what appears as a whole is often not read.
  return <p class="notice-line" role="status">{text}</p>;
}
