// What somebody has written in a mutation.

/** The texts in a mutation's args: of a message or a draft, a room's name and topic. */
export function textsIn(args: unknown): string[] {
  const { content, name, topic } = (args ?? {}) as Record<string, unknown>;
  return [content, name, topic].filter((text): text is string =>
    typeof text === "string" && text !== ""
  );
}
