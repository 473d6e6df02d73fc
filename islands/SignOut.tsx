// The button that signs out: by script it knows what is unsent, tells the other tabs, and says when there is no network.
import "./parts/shared/common.ts";
import { useSignal } from "@preact/signals";
import type { TargetedEvent } from "preact";
import { deviceStrings } from "../lib/chat/strings/device.ts";
import { signOut } from "./parts/device/sign_out.ts";
import { UnsentNotice } from "./parts/device/UnsentNotice.tsx";
import { countUnsent, isNothing, useUnsent } from "./parts/device/useUnsent.ts";

const words = deviceStrings.leaving;

type SignOutProps = { userID: string; hasLink: boolean };

export default function SignOut({ userID, hasLink }: SignOutProps) {
  const state = useSignal<"asking" | "leaving" | "failed">("asking");
  const here = useUnsent(userID);
  const unsent = here.value;
  const discards = unsent !== undefined && (!unsent || !isNothing(unsent));

  async function leave(event: TargetedEvent<HTMLFormElement, SubmitEvent>) {
    event.preventDefault();
    state.value = "leaving";
    try {
      const asked = JSON.stringify(unsent);
      here.value = await countUnsent(userID);
      // Another tab was written in meanwhile: that was not agreed to.
      const isNews = JSON.stringify(here.value) !== asked;
      if (isNews && !(here.value && isNothing(here.value))) {
        state.value = "asking";
        return;
      }
      await signOut();
      location.replace("/signin");
    } catch (error) {
      console.warn(error);
      state.value = "failed";
    }
  }

  return (
    <>
      {unsent !== undefined && <UnsentNotice here={unsent} />}
      {state.value === "failed" && (
        <p class="refusal" role="alert">{words.failed}</p>
      )}
      {
        /* Not before it is known what that would discard; the page has a form
      for who has no script. */
      }
      <form
        class="row by-script"
        method="post"
        action="/signout"
        onSubmit={leave}
      >
        {discards && (
          <a class="button" href={roomOf(unsent?.roomID)}>{words.send}</a>
        )}
        {!hasLink && (
          <a class={discards ? "button quiet" : "button"} href="/settings#link">
            {words.toLink}
          </a>
        )}
        <button
          type="submit"
          class={discards ? "danger" : hasLink ? undefined : "quiet"}
          disabled={unsent === undefined || state.value === "leaving"}
        >
          {discards ? words.discard : words.signOut}
        </button>
        {!discards && <a class="button quiet" href="/">{words.stay}</a>}
      </form>
    </>
  );
}

const roomOf = (roomID?: string) => roomID ? `/rooms/${roomID}` : "/";
