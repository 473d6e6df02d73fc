// What a rejection was about, for the person whose it is.
import type { Rejection } from "../../../lib/replica/mod.ts";

export type RefusedMutation = {
  rejection: Rejection;
  /** A new message, a new text for one, or something without a text. */
  kind: "message" | "edit" | "other";
  content: string;
  replyTo?: string;
  /** Whether all of it is here, so that it can be sent again as it was. */
  whole: boolean;
};

const KINDS: Record<string, RefusedMutation["kind"]> = {
  createMessage: "message",
  editMessage: "edit",
};

export function describeRejection(rejection: Rejection): RefusedMutation {
  const { name, args } = rejection;
  const kind = KINDS[name] ?? "other";
  // The server keeps the beginning only of what is very long.
  if (typeof args === "string") {
    return { rejection, kind, content: beginningIn(args), whole: false };
  }
  const { content, replyTo } = (args ?? {}) as Record<string, unknown>;
  const refused: RefusedMutation = {
    ...{ rejection, kind, whole: true },
    content: typeof content === "string" ? content : "",
  };
  if (typeof replyTo === "string") refused.replyTo = replyTo;
  return refused;
}

/** The content in JSON that was cut. */
function beginningIn(json: string): string {
  const [, text = ""] =
    json.match(/"content":"((?:[^"\\]|\\u[\da-f]{4}|\\[^u])*)/) ??
      [];
  return JSON.parse(`"${text}"`);
}
