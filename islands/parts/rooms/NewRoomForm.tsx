// The form that makes a room: on a page of its own, and in the dialog.
import type { ComponentChildren } from "preact";
import { lobbyStrings } from "../../../lib/chat/strings/lobby.ts";
import { initiallyChecked } from "../shared/initial_value.ts";
import { NameField } from "../shared/NameField.tsx";
import { Refusal } from "../shared/Refusal.tsx";

const words = lobbyStrings;

type NewRoomFormProps = {
  name?: string;
  visibility?: string;
  refusal?: string;
  /** Why it can't be sent. */
  problem?: string;
  onSubmit?: (event: SubmitEvent) => void;
  /** What tells this form from others, and what stands beside its button. */
  children: ComponentChildren;
};

export function NewRoomForm(props: NewRoomFormProps) {
  const { name, visibility, refusal, problem, children } = props;
  const isPrivate = visibility === "private";
  return (
    <form
      class="fields new-room"
      method="post"
      action="/new"
      onSubmit={props.onSubmit}
    >
      <NameField
        label={words.name}
        name={name}
        refusal={refusal}
        autocomplete="off"
        autofocus
      />
      <fieldset>
        <legend>{words.who}</legend>
        <label class="choice">
          <input
            type="radio"
            name="visibility"
            value="public"
            {...initiallyChecked(!isPrivate)}
          />
          <span>
            {words.everyone}
            <small>{words.everyoneHint}</small>
          </span>
        </label>
        <label class="choice">
          <input
            type="radio"
            name="visibility"
            value="private"
            {...initiallyChecked(isPrivate)}
          />
          <span>
            {words.invited}
            <small>{words.invitedHint}</small>
          </span>
        </label>
      </fieldset>
      <Refusal text={problem} />
      <div class="row">
        <button type="submit">{words.submit}</button>
        {children}
      </div>
      <p>
        <a href="/import">{words.import}</a>
      </p>
    </form>
  );
}
