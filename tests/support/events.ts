// Reads server-sent events one after the other.

// deno-lint-ignore no-explicit-any -- events of every shape
export type PokeEvent = { event: string; data: any };

/**
 * The events that a reader gives; heartbeats are left out. Cancelling
 * the reader ends them, also while the next one is awaited.
 */
export async function* eventsOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): AsyncGenerator<PokeEvent> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const blocks = text.split("\n\n");
      text = blocks.pop()!;
      for (const block of blocks) {
        const [, event, data] = block.match(/^event: (.*)\ndata: (.*)$/) ?? [];
        if (event && event !== "beat") yield { event, data: JSON.parse(data) };
      }
    }
  } finally {
    await reader.cancel();
  }
}
