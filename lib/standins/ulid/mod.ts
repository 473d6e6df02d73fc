// ULIDs: 128-bit identifiers that sort by the time of their making.

// https://github.com/ulid/spec: Crockford's base 32, 10 digits of time, 16 of chance.
const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const MAX_TIME = 2 ** 48 - 1;

/** A ULID for a time in milliseconds, by default now. */
export function ulid(seedTime: number = Date.now()): string {
  return encodeTime(seedTime) + randomDigits();
}

let lastTime = -1;
let lastDigits = "";

/** A ULID that sorts after all that this function has made before. */
export function monotonicUlid(seedTime: number = Date.now()): string {
  if (seedTime > lastTime) {
    encodeTime(lastTime = seedTime);
    lastDigits = randomDigits();
  } else {
    lastDigits = increment(lastDigits);
  }
  return encodeTime(lastTime) + lastDigits;
}

/** The time in a ULID, in milliseconds. Throws for what is no ULID. */
export function decodeTime(ulid: string): number {
  if (ulid.length !== 26) {
    throw new Error("ULID must be exactly 26 characters long");
  }
  let time = 0;
  for (const digit of ulid.slice(0, 10)) {
    const value = DIGITS.indexOf(digit);
    if (value < 0) throw new Error(`Invalid ULID character found: ${digit}`);
    time = time * 32 + value;
  }
  if (time > MAX_TIME) {
    throw new RangeError(
      `ULID timestamp component exceeds maximum value of ${MAX_TIME}`,
    );
  }
  return time;
}

function encodeTime(time: number): string {
  if (!Number.isInteger(time) || time < 0 || time > MAX_TIME) {
    throw new RangeError(`No time for a ULID: ${time}`);
  }
  let digits = "";
  for (let i = 0; i < 10; i++) {
    digits = DIGITS[time % 32] + digits;
    time = Math.floor(time / 32);
  }
  return digits;
}

function randomDigits(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => DIGITS[byte % 32]).join("");
}

function increment(digits: string): string {
  const head = digits.replace(/Z*$/, "");
  if (head === "") throw new Error("No ULID is left in this millisecond");
  const next = DIGITS[DIGITS.indexOf(head.at(-1)!) + 1];
  return (head.slice(0, -1) + next).padEnd(16, "0");
}
