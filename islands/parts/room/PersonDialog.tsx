// What one can do with the author of a message, by their name: write to them alone, mention them, block them, and go on to the list of people.
import type { BlockedPerson, Message } from "../../../lib/chat/schema.ts";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { nameTagsFor } from "../../../lib/chat/name_tags.ts";
import { isDirect } from "../../../lib/chat/spaces.ts";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import { Avatar } from "../shared/Avatar.tsx";
import { Dialog } from "../shared/Dialog.tsx";
import { showDirect } from "../shared/direct_messages.ts";
import { errorWords } from "../shared/error_words.ts";
import type { UserReplica } from "../shared/replicas.ts";
import type { People } from "../shared/usePeople.ts";
import { Refusal } from "../shared/Refusal.tsx";

const words = roomOnUseStrings.person;

type PersonDialogProps = {
  messages: readonly Message[];
  people: People;
  /** Undefined until it is open. */
  userReplica: UserReplica | undefined;
  /** Begins a message to them; undefined where one may not write. */
  mention: ((name: string) => void) | undefined;
};

/** Opens for the author whose name is clicked. */
export function PersonDialog(props: PersonDialogProps) {
  const { people, userReplica, mention } = props;
  const asked = useSignal<{ person: BlockedPerson; href: string } | undefined>(
    undefined,
  );
  const problem = useSignal("");
  const latest = useRef(props.messages);
  latest.current = props.messages;
  const close = () => asked.value = undefined;

  useEffect(() => {
    const onClick = (event: MouseEvent) => {
      const link = (event.target as Element).closest<HTMLAnchorElement>(
        "a.author",
      );
      // With a key it is a link like others: to another tab, say.
      const { ctrlKey, metaKey, shiftKey, altKey, defaultPrevented } = event;
      if (!link || ctrlKey || metaKey || shiftKey || altKey) return;
      const id = link.closest("article")?.dataset.messageId;
      const message = latest.current.find((each) => each.id === id);
      if (!message || defaultPrevented) return;
      event.preventDefault();
      problem.value = "";
      const { authorID, from } = message;
      const name = people.byID.get(authorID)?.name ?? from;
      asked.value = { person: { id: authorID, name }, href: link.href };
    };
    document.addEventListener("click", onClick);
    return () => document.removeEventListener("click", onClick);
  }, [people]);

  if (!asked.value) return null;
  const { person, href } = asked.value;
  const member = people.byID.get(person.id);
  const isBlocked = people.blocked.has(person.id);
  // In direct messages with them one is there.
  const inDirect = isDirect(people.roomID);
  const isAlone = inDirect && people.members.length <= 2;

  // With nobody to be told from, only who has no account has a tag.
  const hasAccount = !nameTagsFor([])(person);

  async function block() {
    problem.value = "";
    try {
      const { mutate } = userReplica!;
      if (isBlocked) await mutate.unblockPerson({ id: person.id });
      else await mutate.blockPerson(person);
      // The search reads what is on the disk.
      await userReplica!.persist().catch(console.warn);
      close();
    } catch (error) {
      problem.value = errorWords(error);
    }
  }

  async function message() {
    problem.value = "";
    try {
      await showDirect([person]);
      close();
    } catch (error) {
      problem.value = errorWords(error);
    }
  }

  return (
    <Dialog title={person.name} onClose={close}>
      <p class="row">
        <Avatar {...member} {...person} />
        {member?.status && <span dir="auto">{member.status}</span>}
      </p>
      <p>{isBlocked ? words.blockedText : words.blockText}</p>
      {!isBlocked && inDirect && <p>{words.blockDirect}</p>}
      <Refusal text={problem.value} />
      <div class="row">
        {!isBlocked && !isAlone && hasAccount && (
          <button type="button" onClick={message}>{words.message}</button>
        )}
        {mention && member && !isBlocked && (
          <button
            type="button"
            class="quiet edged"
            onClick={() => {
              close();
              mention(person.name);
            }}
          >
            {words.mention}
          </button>
        )}
        <button
          type="button"
          class={isBlocked ? undefined : "quiet edged"}
          disabled={!userReplica}
          onClick={block}
        >
          {isBlocked ? words.unblock : words.block}
        </button>
        <button type="button" class="quiet" autofocus onClick={close}>
          {words.close}
        </button>
        <a href={href}>{words.more}</a>
      </div>
    </Dialog>
  );
}
