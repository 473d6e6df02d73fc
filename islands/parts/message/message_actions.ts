// What can be done with the messages of a room, as their parts need it.
import type { Message } from "../../../lib/chat/schema.ts";

/** The same object for as long as the same is possible, as every message has it. */
export type MessageActions = {
  jump(id: string): void;
  copyLink(message: Message): void;
  // Only for members, once the replica is there to write to.
  react?(id: string, emoji: string, on: boolean): void;
  reply?(message: Message): void;
  edit?(message: Message): void;
  /** Saves a new text. Throws a Refusal with the reason. */
  save?(id: string, content: string): Promise<void>;
  askToDelete?(message: Message): void;
};
