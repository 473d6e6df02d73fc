// Messages' texts as marks: the server's for what came with the page, and this browser's own for news.
import { useSignal } from "@preact/signals";
import { useCallback, useEffect, useMemo } from "preact/hooks";
import {
  isPlain,
  parsePlain,
  type RichNode,
} from "../../../lib/chat/rich_text.ts";
import type { Message } from "../../../lib/chat/schema.ts";
import { onTouch } from "../room/lazy.ts";

type Read = (content: string) => RichNode[];

/** Marks by the IDs of the messages whose text they are. */
export type RichTextByID = Record<string, RichNode[]>;

/**
 * A function that gives the marks of a text, always the same for the same one.
 * The parser is large and loaded with the first touch of the page; until it is
 * there, a text that the server has not read is shown without its marks.
 */
export function useRichText(
  html: readonly Message[],
  marks: RichTextByID,
): (content: string) => RichNode[] {
  const parser = useSignal<{ read?: Read }>({});
  const { read } = parser.value;
  // Anew with the parser: what was shown without its marks is read then.
  const known = useMemo(() =>
    new Map(
      html.filter(({ id }) => id in marks)
        .map(({ id, content }) => [content, marks[id]]),
    ), [read]);

  const load = useMemo(() => {
    let loading: Promise<void> | undefined;
    return () => {
      return loading ??= import("../../../lib/chat/markdown.ts").then(
        ({ parseMarkdown }) => {
          parser.value = { read: parseMarkdown };
        },
        (error) => {
          loading = undefined; // offline, before it was ever loaded
          throw error;
        },
      );
    };
  }, []);

  useEffect(() => onTouch((again) => load().catch(again)), []);

  return useCallback((content: string) => {
    let those = known.get(content);
    if (!those) {
      those = (isPlain(content) ? undefined : read?.(content)) ??
        parsePlain(content);
      known.set(content, those);
    }
    return those;
  }, [read]);
}
