// A block of code: coloured by its language once that is loaded, with a button that copies it.
import { useSignal } from "@preact/signals";
import type { ComponentChild } from "preact";
import { useEffect } from "preact/hooks";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import { copyText } from "../shared/copy_text.ts";
import { loadScript } from "../../../lib/replica/load_script.ts";
import type { CodeBlockProps } from "./RichText.tsx";

const words = roomOnUseStrings.code;

/** For how long it is said whether the code was copied. */
const SAID_FOR_MS = 3_000;

export function CodeBlock({ code, language }: CodeBlockProps) {
  const coloured = useSignal<ComponentChild[] | undefined>(undefined);
  const said = useSignal("");

  useEffect(() => {
    coloured.value = undefined;
    if (!language) return;
    let isGone = false;
    loadScript(() => import("./highlight.ts")).then(({ highlight }) => {
      if (!isGone) coloured.value = highlight(code, language.toLowerCase());
    }, () => {}); // offline, and never loaded before: it can be read all the same
    return () => {
      isGone = true;
    };
  }, [code, language]);

  useEffect(() => {
    if (!said.value) return;
    const timer = setTimeout(() => said.value = "", SAID_FOR_MS);
    return () => clearTimeout(timer);
  }, [said.value]);

  return (
    <div class="code-block">
      {/* Its lines can be wider than the screen: keys must reach them, too. */}
      <pre tabIndex={0}>{coloured.value ?? code}</pre>
      <p class="code-tools">
        <span role="status">{said}</span>{" "}
        <button
          type="button"
          class="quiet"
          onClick={async () => {
            said.value = await copyText(code) ? words.copied : words.notCopied;
          }}
        >
          {words.copy}
        </button>
      </p>
    </div>
  );
}
