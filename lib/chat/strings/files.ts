// The words for files where there is no room for them.
import { count } from "./room.ts";

/** What stands for the text of a message without one, which has files. */
export const fileCount = (n = 0): string =>
  n > 0 ? count(n, "file", "files") : "";
