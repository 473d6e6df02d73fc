// Messages' texts as marks: the server's for what came with the page, and this browser's own for news.
import { useSignal } from "@preact/signals";
import { useCallback, useEffect, useMemo } from "preact/hooks";
import { isPlain, type Mark, plainMarks } from "../../../lib/chat/marks.ts";
import type { Message } from "../../../lib/chat/schema.ts";

type Read = (content: string) => Mark[];

/** Marks by the IDs of the messages whose text they are. */
export type MarksByID = Record<string, Mark[]>;

/**
 * Gives the marks of a text, always the same for the same one. The parser is
 * large and loaded on the first touch of the page, or when news needs it; until
 * it is there, a text that the server has not read is shown without its marks.
 */
export function useMarks(html: readonly Message[], marks: MarksByID): {
  marksOf: (content: string) => Mark[];
  /** Says that the parser is worth its way now. */
  load: () => void;
} {
  const parser = useSignal<{ read?: Read; failed?: true }>({});
  const known = useMemo(() =>
    new Map(
      html.filter(({ id }) => id in marks)
        .map(({ id, content }) => [content, marks[id]]),
    ), []);
  const { read } = parser.value;

  const load = useMemo(() => {
    let loading: Promise<void> | undefined;
    return () => {
      loading ??= import("../../../lib/chat/markdown.ts").then(
        ({ readMarkdown }) => {
          parser.value = { read: readMarkdown };
        },
        // Offline, before it was ever loaded: the next touch tries again.
        () => {
          loading = undefined;
        },
      );
    };
  }, []);

  useEffect(() => {
    const touches = ["pointermove", "pointerdown", "keydown", "wheel"] as const;
    for (const touch of touches) addEventListener(touch, load);
    return () => {
      for (const touch of touches) removeEventListener(touch, load);
    };
  }, []);

  // A text without marks for now is not remembered: its parser is to come.
  const plain = useMemo(() => new Map<string, Mark[]>(), [read]);
  const marksOf = useCallback((content: string) => {
    const there = known.get(content) ?? plain.get(content);
    if (there) return there;
    const simple = isPlain(content);
    const marks = simple || !read ? plainMarks(content) : read(content);
    (simple || read ? known : plain).set(content, marks);
    return marks;
  }, [read]);

  return { marksOf, load };
}
