// What this project relies on in @std/ulid.
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { decodeTime, monotonicUlid, ulid } from "@std/ulid";

Deno.test("ulid() is 26 digits of Crockford's base 32, the time first", () => {
  assertMatch(ulid(), /^[0-9A-HJKMNP-TV-Z]{26}$/);
  assertEquals(ulid(0).slice(0, 10), "0000000000");
  assertEquals(ulid(1469918176385).slice(0, 10), "01ARYZ6S41");
});

Deno.test("ulid() does not repeat itself", () => {
  const made = Array.from({ length: 1000 }, () => ulid(5));
  assertEquals(new Set(made).size, 1000);
});

Deno.test("ulid() sorts by time", () => {
  assert(ulid(1) < ulid(2));
  assert(ulid(31) < ulid(32));
  assert(ulid(2 ** 47) < ulid(2 ** 48 - 1));
});

Deno.test("monotonicUlid() sorts by making, even when the clock goes back", () => {
  const start = Date.now() + 1000;
  const made = [start, start, start - 500, start, start + 1].map((time) =>
    monotonicUlid(time)
  );
  assertEquals(made, made.toSorted());
  assertEquals(new Set(made).size, made.length);
  assertEquals(decodeTime(made[2]), start);
});

Deno.test("decodeTime() reads what ulid() wrote", () => {
  for (const time of [0, 1, 1469918176385, 2 ** 48 - 1]) {
    assertEquals(decodeTime(ulid(time)), time);
  }
});

Deno.test("decodeTime() refuses what is no ULID", () => {
  assertThrows(() => decodeTime(""), Error, "26 characters");
  assertThrows(
    () => decodeTime("U".repeat(26)),
    Error,
    "Invalid ULID character",
  );
  assertThrows(() => decodeTime("Z".repeat(26)), RangeError);
});

Deno.test("ulid() refuses times that do not fit", () => {
  for (const time of [-1, 0.5, NaN, 2 ** 48]) assertThrows(() => ulid(time));
});
