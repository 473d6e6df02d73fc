// The dialog that begins direct messages: one chooses people by name.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { calledAmong } from "../../../lib/chat/direct.ts";
import { MAX_PEOPLE } from "../../../lib/chat/lengths.ts";
import { nameTagsFor } from "../../../lib/chat/name_tags.ts";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import {
  relevance,
  searchable,
  termsOf,
} from "../../../lib/chat/text_search.ts";
import type { Person } from "../../../lib/chat/views.ts";
import { Avatar } from "../shared/Avatar.tsx";
import { Dialog } from "../shared/Dialog.tsx";
import { showDirect } from "../shared/direct_messages.ts";
import { errorWords } from "../shared/error_words.ts";
import { findPeople } from "../shared/find_people.ts";
import { isComposing } from "../shared/keys.ts";
import { listedRooms } from "../shared/room_store.ts";
import { Refusal } from "../shared/Refusal.tsx";

const words = roomOnUseStrings.newMessage;

const MAX_OTHERS = MAX_PEOPLE - 1;
/** People who are shown beside those who are chosen. */
const MAX_SHOWN = 30;
const MAX_QUERY = 100; // UTF-16 units

type NewMessageDialogProps = { userID: string; onClose: () => void };

export function NewMessageDialog({ userID, onClose }: NewMessageDialogProps) {
  const people = useSignal<readonly Person[] | undefined>(undefined);
  const chosen = useSignal<readonly Person[]>([]);
  const query = useSignal("");
  const problem = useSignal("");
  useEffect(() => {
    findPeople(userID, listedRooms.peek(), (found) => people.value = found)
      .catch((error) => problem.value = errorWords(error));
  }, []);
  const all = people.value ?? [];
  const find = useMemo(() => finderOf(all), [all]);
  const tagOf = useMemo(() => nameTagsFor(all), [all]);
  const isChosen = ({ id }: Person) =>
    chosen.value.some((each) => each.id === id);
  const found = useMemo(() => find(query.value), [find, query.value]);
  const shown = [...chosen.value, ...found.filter((each) => !isChosen(each))]
    .slice(0, chosen.value.length + MAX_SHOWN);

  const isFull = chosen.value.length === MAX_OTHERS;

  function choose(person: Person, on: boolean) {
    const others = chosen.peek().filter(({ id }) => id !== person.id);
    chosen.value = on ? [...others, person] : others;
  }
  /** Enter takes the one who is sought, and the box is free for the next; in an empty one it is the form's. */
  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== "Enter" || isComposing(event)) return;
    if (query.peek().trim() === "") return;
    event.preventDefault();
    const next = found.find((each) => !isChosen(each));
    if (found.length === 0 || (next && isFull)) return; // the status says why
    if (next) choose(next, true);
    query.value = "";
  }
  async function write() {
    problem.value = "";
    try {
      await showDirect(chosen.peek());
      onClose();
    } catch (error) {
      problem.value = errorWords(error);
    }
  }

  const status = !people.value
    ? words.looking
    : all.length === 0
    ? words.nobody
    : found.length === 0
    ? words.none
    : isFull
    ? words.full
    : chosen.value.length > 0
    ? words.to(chosen.value.map((each) => calledAmong(tagOf, each)))
    : words.hint;
  return (
    <Dialog title={words.title} onClose={onClose}>
      <form
        class="fields new-message"
        onSubmit={(event) => {
          event.preventDefault();
          write();
        }}
      >
        <input
          type="search"
          aria-label={words.find}
          placeholder={words.find}
          autocomplete="off"
          dir="auto"
          maxLength={MAX_QUERY}
          autofocus
          value={query.value}
          onKeyDown={onKeyDown}
          onInput={({ currentTarget }) => query.value = currentTarget.value}
        />
        <p class="hint" role="status" dir="auto">{status}</p>
        <ul>
          {shown.map((person) => (
            <li key={person.id}>
              <label>
                <input
                  type="checkbox"
                  checked={isChosen(person)}
                  disabled={!isChosen(person) && isFull}
                  onChange={({ currentTarget }) =>
                    choose(person, currentTarget.checked)}
                />
                <Avatar {...person} />
                <span class="name" dir="auto">{person.name}</span>
                {tagOf(person) && <span class="name-tag">{tagOf(person)}</span>}
              </label>
            </li>
          ))}
        </ul>
        <Refusal text={problem.value} />
        <div class="row">
          <button type="submit" disabled={chosen.value.length === 0}>
            {words.write}
          </button>
          <button type="button" class="quiet" onClick={onClose}>
            {words.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** Finds people by words of their names, those that fit best first; all of them without any. */
function finderOf(
  people: readonly Person[],
): (query: string) => readonly Person[] {
  const names = people.map(({ name }) => searchable(name));
  return (query) => {
    const terms = termsOf(query);
    if (terms.length === 0) return people;
    return people.map((person, i) => ({
      person,
      rank: relevance(names[i], terms),
    })).filter(({ rank }) => rank !== undefined)
      .sort((a, b) => b.rank! - a.rank!).map(({ person }) => person);
  };
}
