// The form that signs out by script: it shows what is unsent first, and says when there is no network.
import "./parts/shared/shared_chunk.ts";
import { useSignal } from "@preact/signals";
import type { TargetedEvent } from "preact";
import { deviceStrings } from "../lib/chat/strings/device.ts";
import { signOut } from "./parts/device/sign_out.ts";
import { UnsentNotice } from "./parts/device/UnsentNotice.tsx";
import { Refusal } from "./parts/shared/Refusal.tsx";
import { countUnsent, isNothing, useUnsent } from "./parts/device/useUnsent.ts";

const words = deviceStrings.signOut;

type SignOutProps = { userID: string; hasLink: boolean };

export default function SignOut({ userID, hasLink }: SignOutProps) {
  const state = useSignal<"asking" | "signing out" | "failed">("asking");
  const counted = useUnsent(userID);
  const unsent = counted.value;
  const discards = unsent !== undefined && (!unsent || !isNothing(unsent));

  async function submit(event: TargetedEvent<HTMLFormElement, SubmitEvent>) {
    event.preventDefault();
    if (state.peek() === "signing out") return;
    state.value = "signing out";
    try {
      const shown = JSON.stringify(unsent);
      const now = counted.value = await countUnsent(userID);
      // Something was written in another tab meanwhile: to discard that was not
      // agreed to.
      const isNews = JSON.stringify(now) !== shown;
      if (isNews && !(now && isNothing(now))) {
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
      {unsent !== undefined && <UnsentNotice unsent={unsent} />}
      <Refusal text={state.value === "failed" ? words.failed : undefined} />
      {/* Without script the page has a form of its own. */}
      <form
        class="row by-script"
        method="post"
        action="/signout"
        onSubmit={submit}
      >
        {discards && (
          <a class="button" href={roomOf(unsent?.roomID)}>{words.send}</a>
        )}
        {!hasLink && (
          <a class={discards ? "button quiet" : "button"} href="/settings#link">
            {words.makeLink}
          </a>
        )}
        <button
          type="submit"
          class={discards ? "danger" : hasLink ? undefined : "quiet"}
          disabled={unsent === undefined}
          aria-disabled={state.value === "signing out"}
          onKeyDown={(event) => {
            // Meanwhile it may have become the one that discards.
            if (event.repeat) event.preventDefault();
          }}
        >
          {discards ? words.discard : words.submit}
        </button>
        {!discards && <a class="button quiet" href="/">{words.stay}</a>}
      </form>
    </>
  );
}

const roomOf = (roomID?: string) => roomID ? `/rooms/${roomID}` : "/";
