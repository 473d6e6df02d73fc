// How long a server asks to wait before the next try.

/**
 * `Retry-After` counts between these, in milliseconds. What stands in between
 * may say anything: 0, which asked on without a pause, or a date years ahead.
 */
const MIN_RETRY_AFTER = 1_000;
const MAX_RETRY_AFTER = 300_000;

/** How long 429 and 503 ask to wait, in milliseconds; undefined when they do not say. */
export function retryAfter({ status, headers }: Response): number | undefined {
  if (status !== 429 && status !== 503) return undefined;
  const value = headers.get("retry-after");
  if (value === null) return undefined;
  const seconds = Number(value);
  const wait = Number.isNaN(seconds)
    ? Date.parse(value) - Date.now()
    : seconds * 1_000;
  if (Number.isNaN(wait)) return undefined;
  return Math.min(Math.max(wait, MIN_RETRY_AFTER), MAX_RETRY_AFTER);
}
