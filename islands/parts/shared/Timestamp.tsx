// Times and days: in the reader's own format once the page is hydrated, in UTC before. They follow the clock.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { roomStrings } from "../../../lib/chat/strings/room.ts";

type TimestampProps = {
  /** Milliseconds since 1970. */
  at: number;
  /** False until hydration: the server does not know the reader's time zone. */
  local: boolean;
};

/** The time of day; the full date when pointed at. */
export function Timestamp({ at, local }: TimestampProps) {
  const iso = new Date(at).toISOString();
  return (
    <time dateTime={iso} title={local ? fullDate(at) : undefined}>
      {local ? timeFormat().format(at) : `${iso.slice(11, 16)} UTC`}
    </time>
  );
}

/** The date and the time, in the reader's format. */
export const fullDate = (at: number): string => fullFormat().format(at);

/** The day that a time falls on, as a key that differs from day to day. */
export const dayKey = (at: number, local: boolean): string =>
  local ? new Date(at).toDateString() : new Date(at).toISOString().slice(0, 10);

/**
 * The day for a person whose `today` began then: "Today", "Friday, 20 November",
 * with the year if it is another. Without `today`, as before hydration, in UTC.
 */
export function dayInWords(at: number, today: number | undefined): string {
  if (today === undefined) return dayKey(at, false);
  const day = startOfDay(at);
  if (day === today) return roomStrings.messages.today;
  if (day === startOfDay(today - 1)) return roomStrings.messages.yesterday;
  const isThisYear =
    new Date(day).getFullYear() === new Date(today).getFullYear();
  return (isThisYear ? weekdayFormat() : yearFormat()).format(at);
}

const startOfDay = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

/** How often the clock is looked at, in milliseconds: a timer for midnight would be late by the time that the machine has slept. */
const LOOK_EVERY = 30_000;

/** When today began for the reader, in milliseconds since 1970; undefined until hydration. */
export function useToday(): number | undefined {
  const today = useSignal<number | undefined>(undefined);
  useEffect(() => {
    const look = () => today.value = startOfDay(Date.now());
    look();
    const timer = setInterval(look, LOOK_EVERY);
    // Of a page that nobody looks at the browser may have held the timer back.
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, []);
  return today.value;
}

// Making a formatter is slow, and each message has a time: made once.
const timeFormat = formatter({ timeStyle: "short" });
const fullFormat = formatter({ dateStyle: "full", timeStyle: "medium" });
const weekdayFormat = formatter({
  weekday: "long",
  day: "numeric",
  month: "long",
});
const yearFormat = formatter({ dateStyle: "long" });

function formatter(options: Intl.DateTimeFormatOptions) {
  let format: Intl.DateTimeFormat | undefined;
  return () => format ??= new Intl.DateTimeFormat(undefined, options);
}
