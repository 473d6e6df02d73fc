// Light, dark, or as the system is: chosen here, kept in a cookie, which outlives signing out.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { deviceStrings } from "../../../lib/chat/strings/device.ts";
import { Choices } from "./Choices.tsx";

const words = deviceStrings.theme;
type Choice = keyof typeof words.choices;

const YEAR = 365 * 24 * 60 * 60; // seconds

export function Theme() {
  const chosen = useSignal<Choice | undefined>(undefined);
  useEffect(() => {
    const { theme } = document.documentElement.dataset;
    chosen.value = theme === "light" || theme === "dark" ? theme : "system";
  }, []);

  function choose(choice: Choice) {
    chosen.value = choice;
    const age = choice === "system" ? 0 : YEAR;
    document.cookie = `theme=${choice}; Path=/; Max-Age=${age}; SameSite=Lax`;
    dispatchEvent(new Event("theme")); // for static/theme.js
  }

  return (
    <Choices
      name="theme"
      title={words.title}
      choices={words.choices}
      chosen={chosen.value}
      choose={choose}
    />
  );
}
