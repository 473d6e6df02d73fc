// Messages' texts as rich text: parsed by the server for what came with the page, and by this browser for what comes later.
import { signal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import {
  isPlain,
  parsePlain,
  type RichNode,
} from "../../../lib/chat/rich_text.ts";
import type { Message } from "../../../lib/chat/schema.ts";
import { loadScript } from "../../../lib/replica/load_script.ts";
import type { People } from "../shared/usePeople.ts";

type Parser = Pick<
  typeof import("./parse_message.ts"),
  "messageParser" | "loadGfm"
>;

/** Undefined until it is loaded. Written in browsers only: on the server it is everybody's. */
const loaded = signal<Parser | undefined>(undefined);

export const loadParser = async (): Promise<void> => {
  loaded.value ??= await loadScript(() => import("./parse_message.ts"));
};

/** By the IDs of the messages. */
export type RichTextByID = ReadonlyMap<string, RichNode[]>;

/**
 * `richTextOf` gives the same array for the same text. The parser is large:
 * until `loadParser` has loaded it, a text that the server has not parsed is
 * shown plain. Its part for tables, strikethrough and tasks is loaded with the
 * first text that may have one.
 */
export function useRichText(
  messages: readonly Message[],
  parsedByServer: RichTextByID,
  people: People,
) {
  const script = loaded.value;
  const peopleAtFirst = useRef(people).current;
  const parser = useMemo(
    () =>
      script?.messageParser(
        people.members,
        people.myName,
        script.loadGfm,
        () => loaded.value = { ...script },
      ),
    [script, people],
  );
  // Anew with the parser: what was shown plain is parsed then.
  const richTextOf = useMemo(() => {
    const parsed = new Map<string, RichNode[]>();
    // The server's trees are of the people whom it knew.
    for (const { id, content } of people === peopleAtFirst ? messages : []) {
      const nodes = parsedByServer.get(id);
      if (nodes) parsed.set(content, nodes);
    }
    return (content: string): RichNode[] => {
      let nodes = parsed.get(content);
      if (!nodes) {
        nodes = (isPlain(content) ? undefined : parser?.(content)) ??
          parsePlain(content);
        parsed.set(content, nodes);
      }
      return nodes;
    };
  }, [parser]);

  return richTextOf;
}
