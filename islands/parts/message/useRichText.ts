// Messages' texts as rich text: parsed by the server for what came with the page, and by this browser for what comes later.
import { useSignal } from "@preact/signals";
import { useCallback, useMemo } from "preact/hooks";
import {
  isPlain,
  parsePlain,
  type RichNode,
} from "../../../lib/chat/rich_text.ts";
import type { Message } from "../../../lib/chat/schema.ts";

type Parser = (content: string) => RichNode[];

/** By the IDs of the messages. */
export type RichTextByID = Record<string, RichNode[]>;

/**
 * `richTextOf` gives the same array for the same text. The parser is large:
 * until `loadParser` has loaded it, a text that the server has not parsed is
 * shown plain.
 */
export function useRichText(
  messages: readonly Message[],
  parsedByServer: RichTextByID,
) {
  const parser = useSignal<Parser | undefined>(undefined);
  const parse = parser.value;
  // Anew with the parser: what was shown plain is parsed then.
  const parsed = useMemo(() =>
    new Map(
      messages.filter(({ id }) => id in parsedByServer)
        .map(({ id, content }) => [content, parsedByServer[id]]),
    ), [parse]);

  const loadParser = async () => {
    const { parseMarkdown } = await import("../../../lib/chat/markdown.ts");
    parser.value = parseMarkdown;
  };

  const richTextOf = useCallback((content: string): RichNode[] => {
    let nodes = parsed.get(content);
    if (!nodes) {
      nodes = (isPlain(content) ? undefined : parse?.(content)) ??
        parsePlain(content);
      parsed.set(content, nodes);
    }
    return nodes;
  }, [parse]);

  return { richTextOf, loadParser };
}
