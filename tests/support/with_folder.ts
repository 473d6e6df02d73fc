// Tests that need a folder of their own, and so permissions: left out where there are none.
import { permitted } from "./permitted.ts";

/** A test that is given an empty folder, which goes with it. */
export function folderTest(
  name: string,
  fn: (folder: string) => Promise<void>,
): void {
  Deno.test({
    name,
    ignore: !permitted,
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        await fn(folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
