// What is left of a last message for a person who has blocked its author.
import type { LastMessage } from "./views.ts";

/** Still there, so that lists stay in order; neither name nor text. */
export const folded = (last: LastMessage): LastMessage => ({
  ...last,
  from: "",
  content: "",
});
