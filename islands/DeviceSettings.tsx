// The settings of this device alone: the theme, and which messages it notifies of.
import "./parts/shared/shared_chunk.ts";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ClosedNotices } from "./parts/device/ClosedNotices.tsx";
import { keepSubscription, obstacle } from "./parts/device/subscription.ts";
import { deviceStrings } from "../lib/chat/strings/device.ts";
import { loadScript } from "../lib/replica/load_script.ts";
import type { ShortcutsDialog } from "./parts/shared/ShortcutsDialog.tsx";
import {
  type NotificationChoice,
  notificationChoice,
  saveNotificationChoice,
} from "./parts/device/notification_choice.ts";
import { Refusal } from "./parts/shared/Refusal.tsx";

export default function DeviceSettings() {
  return (
    <section class="card" aria-labelledby="device-title">
      <h2 id="device-title">{deviceStrings.title}</h2>
      <Theme />
      <Notifications />
      <Shortcuts />
    </section>
  );
}

type ThemeChoice = keyof typeof deviceStrings.theme.choices;

const YEAR = 365 * 24 * 60 * 60; // seconds

/** Kept in a cookie, which static/theme.js reads; it outlives signing out. */
function Theme() {
  const { title, choices } = deviceStrings.theme;
  const chosen = useSignal<ThemeChoice | undefined>(undefined);
  useEffect(() => {
    const { theme } = document.documentElement.dataset;
    chosen.value = theme === "light" || theme === "dark" ? theme : "system";
  }, []);

  function choose(choice: ThemeChoice) {
    chosen.value = choice;
    const age = choice === "system" ? 0 : YEAR;
    document.cookie = `theme=${choice}; Path=/; Max-Age=${age}; SameSite=Lax`;
    dispatchEvent(new Event("theme")); // for static/theme.js
  }

  return (
    <RadioGroup
      name="theme"
      title={title}
      choices={choices}
      chosen={chosen.value}
      choose={choose}
    />
  );
}

/** Asks the browser for permission only when its button is pressed. */
function Notifications() {
  const { title, choices, why, allow } = deviceStrings.notifications;
  const permission = useSignal<NotificationPermission | "none" | "">("");
  const chosen = useSignal<NotificationChoice | undefined>(undefined);
  useEffect(() => {
    permission.value = globalThis.Notification?.permission ?? "none";
    chosen.value = notificationChoice();
  }, []);

  if (permission.value === "granted") {
    return (
      <>
        <RadioGroup
          name="notifications"
          title={title}
          choices={choices}
          chosen={chosen.value}
          choose={(choice) => {
            chosen.value = choice;
            saveNotificationChoice(choice);
            keepSubscription().catch(console.warn); // the next page tries again
          }}
        />
        <ClosedNotices />
      </>
    );
  }
  // What keeps a closed device from being told keeps no open tab from it.
  const { value } = permission;
  const missing = value && value !== "default" && obstacle(value);
  return (
    <div class="choices" role="group" aria-labelledby="notifications-title">
      <h3 id="notifications-title">{title}</h3>
      <p class="hint">
        {missing ? deviceStrings.closed.missing[missing] : why}
      </p>
      {permission.value === "default" && (
        <button
          type="button"
          onClick={async () => {
            permission.value = await Notification.requestPermission();
          }}
        >
          {allow}
        </button>
      )}
    </div>
  );
}

/** Opens the list of keys, as "?" does. */
function Shortcuts() {
  const { title } = deviceStrings.shortcuts;
  const Dialog = useSignal<typeof ShortcutsDialog | undefined>(undefined);
  const isAlive = useSignal(false);
  useEffect(() => {
    isAlive.value = true;
  }, []);
  const failed = useSignal(false);
  async function open() {
    failed.value = false;
    try {
      const script = await loadScript(() =>
        import("./parts/shared/ShortcutsDialog.tsx")
      );
      Dialog.value = script.ShortcutsDialog;
    } catch (error) {
      console.error(error);
      failed.value = true;
    }
  }
  return (
    <div class="choices by-script">
      <button
        type="button"
        class="quiet"
        disabled={!isAlive.value}
        onClick={open}
      >
        {title}
      </button>
      <Refusal
        text={failed.value ? deviceStrings.shortcuts.failed : undefined}
      />
      {Dialog.value && (
        <Dialog.value
          onClose={() => Dialog.value = undefined}
        />
      )}
    </div>
  );
}

type RadioGroupProps<Choice extends string> = {
  name: string;
  title: string;
  choices: Readonly<Record<Choice, string>>;
  /** Undefined until the page is alive and knows it: until then none can be chosen. */
  chosen: Choice | undefined;
  choose: (choice: Choice) => void;
};

function RadioGroup<Choice extends string>(props: RadioGroupProps<Choice>) {
  const { name, title, choices, chosen, choose } = props;
  return (
    <fieldset class="choices" disabled={chosen === undefined}>
      <legend>{title}</legend>
      {Object.entries<string>(choices).map(([choice, label]) => (
        <label key={choice} class="choice">
          <input
            type="radio"
            name={name}
            checked={choice === chosen}
            onChange={() =>
              choose(choice as Choice)}
          />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}
