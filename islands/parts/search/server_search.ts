// Asks the server for the messages that answer a search, once one has stopped typing, and for more of them.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import {
  isEmpty,
  searchParamsOf,
  type SearchQuery,
} from "../../../lib/chat/search_query.ts";
import type { FoundMessage, SearchPage } from "../../../lib/chat/views.ts";

/** What the server has found so far; `failed` when it was not there to be asked, or did not answer. */
export type ServerFound = {
  state: "asking" | "done" | "failed";
  messages: readonly FoundMessage[];
  page?: SearchPage;
};

const NOTHING: ServerFound = { state: "done", messages: [] };
const NOT_YET: ServerFound = { ...NOTHING, state: "asking" };
/** In ms: between two letters it is not asked. */
const TYPING_PAUSE = 250;

/** What the server has found for a query, and how to have it look for more, or again where that has failed: by itself once the network is back. */
export function useServerSearch(
  query: SearchQuery,
): { found: ServerFound; more: () => void } {
  const asked = `${searchParamsOf(query)}`;
  /** What was found, and for what: nothing that was found for another query is shown. */
  const last = useSignal<ServerFound & { asked: string }>();
  const request = useRef(new AbortController());
  const found: ServerFound = last.value?.asked === asked
    ? last.value
    : isEmpty(query)
    ? NOTHING
    : NOT_YET;

  async function ask({ messages, page: before }: ServerFound) {
    const { signal } = request.current;
    const next = before?.next ?? undefined;
    last.value = { asked, messages, page: before, state: "asking" };
    try {
      const params = searchParamsOf(query, next);
      const answer = await fetch(`/api/search?${params}`, { signal });
      if (!answer.ok) throw new Error(`Search: ${answer.status}`);
      const page: SearchPage = await answer.json();
      const all = [...messages, ...page.messages];
      // Another query may have been typed while it came.
      if (signal.aborted) return;
      last.value = { asked, messages: all, page, state: "done" };
    } catch (error) {
      if (signal.aborted) return;
      console.error(error);
      last.value = { asked, messages, page: before, state: "failed" };
    }
  }

  useEffect(() => {
    request.current = new AbortController();
    if (isEmpty(query)) return;
    const timer = setTimeout(() => ask(NOTHING), TYPING_PAUSE);
    return () => {
      clearTimeout(timer);
      request.current.abort();
    };
  }, [asked]);

  const more = () => {
    if (found.state !== "asking") ask(found);
  };
  useEffect(() => {
    if (found.state !== "failed") return;
    addEventListener("online", more);
    return () => removeEventListener("online", more);
  }, [found]);
  return { found, more };
}
