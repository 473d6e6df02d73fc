// The form that deletes an account. By script it shows what is unsent, and erases what this browser stores.
import "./parts/shared/shared_chunk.ts";
import { useSignal } from "@preact/signals";
import type { TargetedEvent } from "preact";
import { deviceStrings } from "../lib/chat/strings/device.ts";
import type { User } from "../lib/chat/views.ts";
import { deleteAccount } from "./parts/device/sign_out.ts";
import { UnsentNotice } from "./parts/device/UnsentNotice.tsx";
import { useUnsent } from "./parts/device/useUnsent.ts";
import { NameField } from "./parts/shared/NameField.tsx";

const words = deviceStrings.deleteAccount;

type DeleteAccountProps = { user: User; typed: string; refusal?: string };

export default function DeleteAccount(props: DeleteAccountProps) {
  const { user } = props;
  // Only in the HTML: the box keeps what is typed before the page is alive.
  const typed = globalThis.document ? undefined : props.typed;
  const busy = useSignal(false);
  const refusal = useSignal(props.refusal);
  const unsent = useUnsent(user.userID).value;

  async function remove(event: TargetedEvent<HTMLFormElement, SubmitEvent>) {
    event.preventDefault();
    if (busy.peek()) return;
    const box = event.currentTarget.elements.namedItem("name");
    busy.value = true;
    refusal.value = undefined;
    try {
      const name = (box as HTMLInputElement).value;
      const deleted = await deleteAccount(name);
      refusal.value = deleted ? undefined : words.wrong;
      if (deleted) location.replace("/signin?deleted");
    } catch (error) {
      console.warn(error);
      refusal.value = words.failed;
    }
    busy.value = false;
  }

  return (
    <form
      class="card fields"
      method="post"
      action="/settings/delete"
      onSubmit={remove}
    >
      {unsent !== undefined && <UnsentNotice unsent={unsent} />}
      <NameField
        label={words.name(user.name)}
        name={typed}
        refusal={refusal.value}
        autocomplete="off"
      />
      <div class="row">
        <button type="submit" class="danger" aria-disabled={busy.value}>
          {words.submit}
        </button>
        <a class="button quiet" href="/settings">{words.keep}</a>
      </div>
    </form>
  );
}
