// When something was: in the reader's own words once the page is alive, in UTC before.
import { roomStrings as texts } from "../../../lib/chat/strings/room.ts";

type TimestampProps = {
  /** Milliseconds since 1970. */
  at: number;
  /** False until mounted: the server does not know the reader's time zone. */
  local: boolean;
};

/** The time of a day; the whole date when pointed at. */
export function Timestamp({ at, local }: TimestampProps) {
  const iso = new Date(at).toISOString();
  return (
    <time dateTime={iso} title={local ? fullDate(at) : undefined}>
      {local ? time().format(at) : `${iso.slice(11, 16)} UTC`}
    </time>
  );
}

/** When exactly, in the reader's words. */
export const fullDate = (at: number): string => full().format(at);

/** The day that a moment belongs to, as a word that differs from day to day. */
export const dayOf = (at: number, local: boolean): string =>
  local ? new Date(at).toDateString() : new Date(at).toISOString().slice(0, 10);

/** The day for a person: "Today", "Friday, 20 November", with the year if it is another. */
export function dayInWords(at: number, local: boolean): string {
  if (!local) return dayOf(at, false);
  const now = new Date();
  const [day, today] = [new Date(at), now.toDateString()];
  if (day.toDateString() === today) return texts.messages.today;
  const yesterday = new Date(
    now.getFullYear(),
    now.getMonth(),
    now.getDate() - 1,
  );
  if (day.toDateString() === yesterday.toDateString()) {
    return texts.messages.yesterday;
  }
  return (day.getFullYear() === now.getFullYear() ? weekday() : withYear())
    .format(at);
}

// Making a formatter is slow and there is one clock per message: made once.
const time = once({ timeStyle: "short" });
const full = once({ dateStyle: "full", timeStyle: "medium" });
const weekday = once({ weekday: "long", day: "numeric", month: "long" });
const withYear = once({ dateStyle: "long" });

function once(options: Intl.DateTimeFormatOptions) {
  let format: Intl.DateTimeFormat | undefined;
  return () => format ??= new Intl.DateTimeFormat(undefined, options);
}
