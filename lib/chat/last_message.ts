// What a list of rooms says of the last message in each.
import { cutText } from "./graphemes.ts";
import type { Message } from "./schema.ts";
import type { LastMessage } from "./views.ts";

/** In graphemes: what a list has room for. */
const MAX_CONTENT = 200;

/** Of its text the beginning. */
export const lastOf = (
  { id, from, content, createdAt, files }: Message,
): LastMessage => ({
  id,
  from,
  content: cutText(content, MAX_CONTENT),
  createdAt,
  ...files && { fileCount: files.length },
});

/** For a person who has blocked its author: still there, so that lists stay in order; neither name, text nor files. */
export const folded = ({ id, createdAt }: LastMessage): LastMessage => ({
  id,
  from: "",
  content: "",
  createdAt,
});
