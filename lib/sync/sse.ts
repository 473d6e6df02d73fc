// What is said on a poke stream, as server-sent events have it (html.spec.whatwg.org, 9.2).
import type { Space } from "./space.ts";

export const encoder = new TextEncoder();

/** An event: its name, and its data as JSON. */
export const sseEvent = (name: string, body: unknown) =>
  encoder.encode(`event: ${name}\ndata: ${JSON.stringify(body)}\n\n`);

/** Says at which version a space stands. */
export const pokeEvent = ({ name, version }: Space) =>
  sseEvent("poke", { space: name, version });
