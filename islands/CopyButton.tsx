// A button that copies a text of the page to the clipboard, and says whether that worked.
import "./parts/shared/shared_chunk.ts";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { copyText } from "./parts/shared/copy_text.ts";
import { deviceStrings } from "../lib/chat/strings/device.ts";

const words = deviceStrings.copying;

export default function CopyButton({ text }: { text: string }) {
  const alive = useSignal(false);
  const result = useSignal("");
  useEffect(() => {
    alive.value = true;
  }, []);

  async function copy() {
    result.value = ""; // so that the same words are read aloud again
    result.value = await copyText(text) ? words.copied : words.failed;
  }

  return (
    <div class="row by-script">
      <button
        type="button"
        class="quiet"
        disabled={!alive.value}
        onClick={copy}
      >
        {words.copy}
      </button>
      <span class="hint" role="status">{result.value}</span>
    </div>
  );
}
