// Reads answers of the app in this process, which nothing decompresses on their way.

/** An answer's text, decompressed if it was compressed while it was sent. */
export async function textOf({ body, headers }: Response): Promise<string> {
  if (!body) return "";
  const isCompressed = headers.get("content-encoding") === "gzip";
  const plain = isCompressed
    ? body.pipeThrough(new DecompressionStream("gzip"))
    : body;
  return await new Response(plain).text();
}
