// When something was: in the reader's own words once the page is alive, in UTC before.

type ClockProps = {
  /** Milliseconds since 1970. */
  at: number;
  /** False until mounted: the server does not know the reader's time zone. */
  local: boolean;
};

export function Clock({ at, local }: ClockProps) {
  const iso = new Date(at).toISOString();
  return (
    <time dateTime={iso} title={local ? full().format(at) : undefined}>
      {local ? short(at) : `${iso.slice(0, 16).replace("T", " ")} UTC`}
    </time>
  );
}

function short(at: number): string {
  const today = new Date().toDateString() === new Date(at).toDateString();
  return (today ? time() : dayAndTime()).format(at);
}

// Making a formatter is slow and there is one clock per message: made once.
const time = once({ timeStyle: "short" });
const dayAndTime = once({
  day: "numeric",
  month: "short",
  hour: "numeric",
  minute: "2-digit",
});
const full = once({ dateStyle: "full", timeStyle: "medium" });

function once(options: Intl.DateTimeFormatOptions) {
  let format: Intl.DateTimeFormat | undefined;
  return () => format ??= new Intl.DateTimeFormat(undefined, options);
}
