// A form that was refused: what its page says, and how it is answered.
import { reasonOf, Refusal } from "../../chat/refusal.ts";
import { LimitReached } from "./rate_limits.ts";

/** What to show, and with which status and headers; throws on what is no refusal. */
export function refused(error: unknown): {
  refusal: string;
  init: { status: number; headers?: HeadersInit };
} {
  if (error instanceof Refusal) {
    return { refusal: reasonOf(error), init: { status: 400 } };
  }
  if (error instanceof LimitReached) {
    const { status, headers } = error;
    return { refusal: error.message, init: { status, headers } };
  }
  throw error;
}
