// Runs a task of deno.json to its end, as an operator does.

/** What it has said on both outputs, and its exit code. */
export async function runTask(
  args: string[],
  env: Record<string, string>,
): Promise<{ code: number; said: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", ...args],
    env: { ...env, NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, said: text(stdout) + text(stderr) };
}
