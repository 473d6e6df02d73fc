// A button that copies a text that is on the page, and says whether it did.
import "./parts/shared/common.ts";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { copyText } from "./parts/shared/copy_text.ts";
import { deviceStrings } from "../lib/chat/strings/device.ts";

const words = deviceStrings.copying;

export default function CopyButton({ text }: { text: string }) {
  const alive = useSignal(false);
  const said = useSignal("");
  useEffect(() => {
    alive.value = true;
  }, []);

  async function copy() {
    said.value = ""; // the same words again are news, too
    said.value = await copyText(text) ? words.copied : words.failed;
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
      <span class="hint" role="status">{said.value}</span>
    </div>
  );
}
