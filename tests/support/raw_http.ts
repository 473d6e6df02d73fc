// Requests as bytes: what `fetch` would spell anew or refuse to send.

/** Sends a request as it stands, calls back then, and gives back the whole answer; the server is asked to close. */
export async function sendRaw(
  server: string,
  requestLine: string,
  headers: Record<string, string> = {},
  content = "",
  onSent = (): void => {},
): Promise<{ status: number; head: string; body: string }> {
  const { host, hostname, port } = new URL(server);
  const all = { Host: host, Connection: "close", ...headers };
  const lines = [
    `${requestLine} HTTP/1.1`,
    ...Object.entries(all).map(([name, value]) => `${name}: ${value}`),
  ];
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const request = `${lines.join("\r\n")}\r\n\r\n${content}`;
  await connection.write(new TextEncoder().encode(request));
  onSent();
  const text = await new Response(connection.readable).text();
  const [head, body = ""] = text.split(/\r\n\r\n(.*)/s);
  return { status: Number(head.split(" ")[1]), head, body };
}

/** Begins a request with a body, and breaks off the connection before the body's end. */
export async function breakOff(
  server: string,
  requestLine: string,
  headers: Record<string, string>,
  part: string,
): Promise<void> {
  const { host, hostname, port } = new URL(server);
  const lines = [
    `${requestLine} HTTP/1.1`,
    `Host: ${host}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  const request = `${lines.join("\r\n")}\r\n\r\n${part}`;
  const connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(new TextEncoder().encode(request));
  connection.close();
}
