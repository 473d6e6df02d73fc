// Turns notices on for a device whose app is closed, tries them, and says what is missing.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { deviceStrings } from "../../../lib/chat/strings/device.ts";
import { ServerRefusal } from "../shared/ask_server.ts";
import {
  isSubscribed,
  obstacle,
  sendTest,
  subscribe,
  unsubscribe,
} from "./subscription.ts";
import { Refusal } from "../shared/Refusal.tsx";

const words = deviceStrings.closed;

/** To be shown where notifications are allowed. */
export function ClosedNotices() {
  const isOn = useSignal<boolean | undefined>(undefined);
  const isBusy = useSignal(true);
  const said = useSignal("");
  const failed = useSignal("");
  const isUnknown = useSignal(false);
  const missing = obstacle("granted");

  /** Does one thing at a time, and says what came of it. */
  async function deed(work: () => Promise<string | void>) {
    if (isBusy.peek()) return;
    isBusy.value = true;
    said.value = failed.value = "";
    try {
      said.value = await work() ?? "";
    } catch (error) {
      console.warn(error);
      failed.value = error instanceof ServerRefusal
        ? error.message
        : words.failed;
    }
    isBusy.value = false;
  }
  async function look() {
    isBusy.value = true;
    try {
      isOn.value = await isSubscribed();
      isUnknown.value = false;
    } catch (error) {
      console.warn(error);
      isUnknown.value = true;
    }
    isBusy.value = false;
  }
  useEffect(() => {
    if (!missing) look();
  }, []);

  return (
    <div class="choices" role="group" aria-labelledby="closed-notices">
      <h3 id="closed-notices">{words.title}</h3>
      <p class="hint">
        {missing
          ? words.missing[missing]
          : isUnknown.value
          ? words.unknown
          : isOn.value
          ? words.on
          : words.off}
      </p>
      {!missing && isUnknown.value && (
        <div class="row">
          <button
            type="button"
            class="quiet"
            aria-disabled={isBusy.value}
            onClick={() => isBusy.peek() || look()}
          >
            {words.again}
          </button>
        </div>
      )}
      {!missing && !isUnknown.value && (
        <div class="row">
          {isOn.value && (
            <button
              type="button"
              aria-disabled={isBusy.value}
              onClick={() =>
                deed(async () => {
                  await sendTest();
                  return words.sent;
                })}
            >
              {words.test}
            </button>
          )}
          <button
            type="button"
            class={isOn.value ? "quiet" : undefined}
            aria-disabled={isBusy.value}
            onClick={() =>
              deed(async () => {
                await (isOn.value ? unsubscribe() : subscribe());
                isOn.value = !isOn.value;
              })}
          >
            {isOn.value ? words.turnOff : words.turnOn}
          </button>
        </div>
      )}
      <p class="hint" role="status">{said}</p>
      <Refusal text={failed.value} />
    </div>
  );
}
