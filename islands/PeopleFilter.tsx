// Filters the list of people below it while one types; without a script its form asks the server.
import "./parts/shared/shared_chunk.ts";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { fold } from "../lib/chat/fold.ts";
import { initialValue } from "./parts/shared/initial_value.ts";
import { peopleStrings } from "../lib/chat/strings/people.ts";

type PeopleFilterProps = { query: string; found: number; all: number };

export default function PeopleFilter(props: PeopleFilterProps) {
  const found = useSignal(props.found);
  const alive = useSignal(false);
  const field = useRef<HTMLInputElement>(null);

  function filter(text: string) {
    const wanted = fold(text.trim());
    let n = 0;
    for (
      const item of document.querySelectorAll<HTMLElement>("li[data-folded]")
    ) {
      item.hidden = !item.dataset.folded!.includes(wanted);
      if (!item.hidden) n++;
    }
    found.value = n;
  }
  useEffect(() => {
    // All are on the page only when none was asked for.
    if (props.query !== "") return;
    alive.value = true;
    filter(field.current!.value); // what was typed before
  }, []);

  return (
    <form class="filter" role="search">
      <label class="hidden" for="q">{peopleStrings.filter}</label>
      <input
        ref={field}
        id="q"
        name="q"
        type="search"
        dir="auto"
        autocomplete="off"
        placeholder={peopleStrings.filter}
        {...initialValue(props.query)}
        onInput={(event) => {
          if (alive.value) filter(event.currentTarget.value);
        }}
      />
      {!alive.value && (
        <button type="submit" class="quiet">{peopleStrings.find}</button>
      )}
      <p class="hint" role="status">
        {peopleStrings.found(found.value, props.all)}
      </p>
    </form>
  );
}
