// The people that "@" and what follows it could mean.
import { spoken as texts } from "../../../lib/chat/spoken.ts";
import { Avatar } from "../Avatar.tsx";
import type { useCompletion } from "./useCompletion.ts";

type CompletionProps = Pick<
  ReturnType<typeof useCompletion>,
  "id" | "found" | "index" | "optionID" | "choose"
>;

export function Completion(props: CompletionProps) {
  const { id, found, index, optionID, choose } = props;
  return (
    <ul
      id={id}
      class="completion"
      role="listbox"
      aria-label={texts.composer.people}
    >
      {found.map((member, i) => (
        <li
          key={member.id}
          id={optionID(i)}
          role="option"
          aria-selected={i === index}
          // The box keeps the caret, which says where the name goes.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => choose(member)}
        >
          <Avatar userID={member.id} name={member.name} />
          <span dir="auto">{member.name}</span>
        </li>
      ))}
    </ul>
  );
}
