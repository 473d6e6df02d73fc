// The button that signs out: by script it can tell the other tabs, and say when there is no network.
import { useSignal } from "@preact/signals";
import type { TargetedEvent } from "preact";
import { device } from "../lib/chat/device_texts.ts";
import { signOut } from "./parts/device/signOut.ts";

export default function SignOut({ hasLink }: { hasLink: boolean }) {
  const state = useSignal<"asking" | "leaving" | "failed">("asking");

  async function leave(event: TargetedEvent<HTMLFormElement, SubmitEvent>) {
    event.preventDefault();
    state.value = "leaving";
    try {
      await signOut();
      location.replace("/signin");
    } catch (error) {
      console.warn(error);
      state.value = "failed";
    }
  }

  return (
    <>
      {state.value === "failed" && (
        <p class="refusal" role="alert">{device.leaving.failed}</p>
      )}
      <form class="row" method="post" action="/signout" onSubmit={leave}>
        {!hasLink && (
          <a class="button" href="/settings#link">{device.leaving.toLink}</a>
        )}
        <button
          type="submit"
          class={hasLink ? undefined : "quiet"}
          disabled={state.value === "leaving"}
        >
          {device.leaving.signOut}
        </button>
        <a class="button quiet" href="/">{device.leaving.stay}</a>
      </form>
    </>
  );
}
