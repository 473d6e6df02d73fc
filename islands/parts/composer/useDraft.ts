// What is being written in a room, and which message it answers: kept on the device with every key.
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { forget, keep, kept } from "../kept.ts";

type Draft = { content: string; replyTo?: string };

/** `place` says whose and which room's it is. */
export function useDraft(place: string) {
  const text = useSignal("");
  const replyTo = useSignal<string | undefined>(undefined);
  const key = `draft/${place}`;

  const deeds = useMemo(() => {
    const set = (content: string, answered: string | undefined) => {
      text.value = content;
      replyTo.value = answered;
      if (content === "" && !answered) return forget(key);
      const draft: Draft = { content };
      if (answered) draft.replyTo = answered;
      keep(key, draft);
    };
    return {
      /** Takes up what was kept, and what has been typed into the page before it was alive. */
      start(typed: string) {
        const draft = kept<Draft>(key);
        const before = draft?.content ?? "";
        const texts = before === typed ? [typed] : [before, typed];
        set(texts.filter(Boolean).join("\n"), draft?.replyTo);
      },
      write: (content: string) => set(content, replyTo.value),
      answer: (id: string | undefined) => set(text.value, id),
      clear: () => set("", undefined),
      /** Puts a text back that could not leave, before what has been typed since. */
      restore(content: string, answered?: string) {
        const all = [content, text.value].filter(Boolean).join("\n");
        set(all, replyTo.value ?? answered);
      },
    };
  }, []);

  return { text, replyTo, ...deeds };
}
