// Leads to the direct messages with some people, from any part of a page.
import type { Person } from "../../../lib/chat/views.ts";
import { askServer } from "./ask_server.ts";

type Show = (others: readonly Person[]) => void;

/** On a page that shows rooms. Written in browsers only. */
let showHere: Show | undefined;

/** Has this page show them; returns the end of it. */
export function offerDirect(show: Show): () => void {
  showHere = show;
  return () => showHere = undefined;
}

/** Shows the direct messages with these people, which are begun if there are none. Throws `ServerRefusal`. */
export async function showDirect(others: readonly Person[]): Promise<void> {
  if (showHere) return showHere(others);
  const people = others.map(({ id, name }) => ({ id, name }));
  const { roomID } = await askServer("POST", "/api/messages", { people });
  location.assign(`/rooms/${roomID}`);
}
