// Who feels what about a message: one button per emoji, to join in or take it back.
import type { Message } from "../../../lib/chat/schema.ts";
import { roomStrings as texts } from "../../../lib/chat/strings/room.ts";
import type { People } from "../shared/usePeople.ts";

const words = texts.messages;

type ReactionsProps = {
  message: Message;
  userID: string;
  people: People["byID"];
  react: ((id: string, emoji: string, on: boolean) => void) | undefined;
};

export function Reactions({ message, userID, people, react }: ReactionsProps) {
  const all = Object.entries(message.reactions);
  if (all.length === 0) return null;
  const nameOf = (id: string) =>
    id === userID ? words.you : people.get(id)?.name ?? words.someone;
  return (
    <ul class="reactions">
      {all.map(([emoji, those]) => {
        const mine = those.includes(userID);
        return (
          <li key={emoji}>
            <button
              type="button"
              aria-pressed={mine}
              disabled={!react}
              onClick={() => react?.(message.id, emoji, !mine)}
            >
              {emoji} <span class="amount">{those.length}</span>{" "}
              <span class="who hidden">
                {words.reacted(those.map(nameOf).join(", "))}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
