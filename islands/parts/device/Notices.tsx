// Whether and of what this device notifies. It asks for permission only when told to.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { deviceStrings } from "../../../lib/chat/strings/device.ts";
import { Choices } from "./Choices.tsx";
import {
  type NoticeChoice,
  noticeChoice,
  setNoticeChoice,
} from "./notice_choice.ts";

const words = deviceStrings.notices;

export function Notices() {
  const permission = useSignal<NotificationPermission | "none" | "">("");
  const wanted = useSignal<NoticeChoice | undefined>(undefined);
  useEffect(() => {
    permission.value = globalThis.Notification?.permission ?? "none";
    wanted.value = noticeChoice();
  }, []);

  if (permission.value === "granted") {
    return (
      <Choices
        name="notices"
        title={words.title}
        choices={words.choices}
        chosen={wanted.value}
        choose={(choice) => {
          wanted.value = choice;
          setNoticeChoice(choice);
        }}
      />
    );
  }
  return (
    <div class="choices" role="group" aria-labelledby="notices-title">
      <h3 id="notices-title">{words.title}</h3>
      <p class="hint">{words.why[permission.value || "default"]}</p>
      {permission.value === "default" && (
        <button
          type="button"
          onClick={async () => {
            permission.value = await Notification.requestPermission();
          }}
        >
          {words.allow}
        </button>
      )}
    </div>
  );
}
