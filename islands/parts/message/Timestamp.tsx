// Times and days: in the reader's own format once the page is hydrated, in UTC before.
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

/** The day for a person: "Today", "Friday, 20 November", with the year if it is another. */
export function dayInWords(at: number, local: boolean): string {
  if (!local) return dayKey(at, false);
  const now = new Date();
  const [day, today] = [new Date(at), now.toDateString()];
  if (day.toDateString() === today) return roomStrings.messages.today;
  const yesterday = new Date(
    now.getFullYear(),
    now.getMonth(),
    now.getDate() - 1,
  );
  if (day.toDateString() === yesterday.toDateString()) {
    return roomStrings.messages.yesterday;
  }
  return (day.getFullYear() === now.getFullYear()
    ? weekdayFormat()
    : yearFormat())
    .format(at);
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
