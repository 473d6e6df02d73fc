// What this project's tests rely on in @std/assert.
import {
  assert,
  assertArrayIncludes,
  assertEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertObjectMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  fail,
} from "@std/assert";

/** The message with which an assertion fails. */
function failure(assertion: () => void): string {
  try {
    assertion();
  } catch (error) {
    if (error instanceof AssertionError) return error.message;
    throw error;
  }
  throw new Error("The assertion held");
}

class Point {
  constructor(readonly x: number, readonly y: number) {}
}
const loop = (): unknown => {
  const value: Record<string, unknown> = { name: "loop" };
  value.self = value;
  return value;
};

const equals: [string, unknown, unknown][] = [
  ["NaN and NaN", NaN, NaN],
  ["0 and -0", 0, -0],
  ["objects with keys in another order", { a: 1, b: 2 }, { b: 2, a: 1 }],
  ["a null prototype and a plain object", Object.create(null), {}],
  ["dates of one time", new Date(5), new Date(5)],
  ["invalid dates", new Date(NaN), new Date(NaN)],
  ["bytes", new Uint8Array([1, 2]), new Uint8Array([1, 2])],
  ["buffers", new Uint8Array([1]).buffer, new Uint8Array([1]).buffer],
  ["patterns", /a/gi, /a/gi],
  ["URLs", new URL("http://a/b"), new URL("http://a/b")],
  ["sets in another order", new Set([1, { a: 1 }]), new Set([{ a: 1 }, 1])],
  [
    "maps with deep keys",
    new Map([[{ k: 1 }, [1]]]),
    new Map([[{ k: 1 }, [1]]]),
  ],
  ["instances of one class", new Point(1, 2), new Point(1, 2)],
  ["circles", loop(), loop()],
  ["symbol keys", { [Symbol.for("a")]: 1 }, { [Symbol.for("a")]: 1 }],
];
for (const [name, a, b] of equals) {
  Deno.test(`assertEquals() takes ${name} for equal`, () => {
    assertEquals(a, b);
    failure(() => assertNotEquals(a, b));
  });
}

const different: [string, unknown, unknown][] = [
  ["an undefined property from an absent one", { a: undefined }, {}],
  ["undefined from null", undefined, null],
  ["a number from its text", 1, "1"],
  ["arrays of other lengths", [1], [1, undefined]],
  ["a hole from undefined", [, 1], [undefined, 1]],
  ["an instance from a plain object", new Point(1, 2), { x: 1, y: 2 }],
  ["an array from an object", [], {}],
  ["flags of patterns", /a/g, /a/i],
  ["bytes", new Uint8Array([1, 2]), new Uint8Array([1, 3])],
  ["sets", new Set([1, 2]), new Set([1, 3])],
  ["maps", new Map([["a", 1]]), new Map([["a", 2]])],
  ["dates", new Date(5), new Date(6)],
  ["symbol keys", { [Symbol.for("a")]: 1 }, { [Symbol.for("a")]: 2 }],
  ["two functions", () => 1, () => 1],
];
for (const [name, a, b] of different) {
  Deno.test(`assertEquals() tells ${name}`, () => {
    failure(() => assertEquals(a, b));
    assertNotEquals(a, b);
  });
}

Deno.test("assertEquals() shows both sides and the message", () => {
  const text = failure(() =>
    assertEquals({ same: 1, name: "left" }, { same: 1, name: "right" }, "why")
  );
  assertMatch(text, /^Values are not equal: why\n/);
  assertMatch(text, /-.*name: "left"/);
  assertMatch(text, /\+.*name: "right"/);
  assertMatch(text, /same: 1/);
});

Deno.test("assertStrictEquals() compares by Object.is", () => {
  const one = { a: 1 };
  assertStrictEquals(one, one);
  assertStrictEquals(NaN, NaN);
  assertMatch(failure(() => assertStrictEquals(one, { a: 1 })), /reference/);
  failure(() => assertStrictEquals(0, -0));
});

Deno.test("assert() and its kin fail where they should", () => {
  assert(1);
  assertFalse("");
  assertExists(0);
  assertInstanceOf(new Point(1, 2), Point);
  assertStringIncludes("kvetch", "vet");
  assertMatch("kvetch", /^k/);
  assertArrayIncludes([{ a: 1 }, 2], [{ a: 1 }]);
  assertGreater(2, 1);
  assertGreaterOrEqual(2, 2);
  assertLess(1, 2);
  assertLessOrEqual(1, 1);
  assertStringIncludes(failure(() => assert(0, "zero")), "zero");
  failure(() => assertFalse(1));
  failure(() => assertExists(null));
  assertStringIncludes(failure(() => assertInstanceOf({}, Point)), "Point");
  assertStringIncludes(
    failure(() => assertStringIncludes("a", "b")),
    'Expected actual: "a" to contain: "b"',
  );
  assertStringIncludes(failure(() => assertMatch("a", /b/)), "/b/");
  assertStringIncludes(failure(() => assertArrayIncludes([1], [7])), "7");
  assertStringIncludes(failure(() => assertGreater(1, 1)), "1 > 1");
  failure(() => assertGreaterOrEqual(1, 2));
  failure(() => assertLess(1, 1));
  failure(() => assertLessOrEqual(2, 1));
  assertStringIncludes(failure(() => fail("here")), "Failed assertion: here");
});

Deno.test("assertObjectMatch() ignores what the expected object lacks", () => {
  assertObjectMatch(
    { a: 1, list: [{ b: 2, more: 3 }, 4], at: new Date(5), extra: true },
    { a: 1, list: [{ b: 2 }], at: new Date(5) },
  );
  assertObjectMatch({ p: new Point(1, 2) }, { p: { x: 1 } });
  failure(() => assertObjectMatch({ a: 1 }, { a: 2 }));
  failure(() => assertObjectMatch({ a: 1 }, { a: 1, b: undefined }));
  failure(() => assertObjectMatch({ list: [1] }, { list: [1, 2] }));
});

Deno.test("assertThrows() checks class and message, and returns the error", () => {
  const boom = () => {
    throw new RangeError("out of reach");
  };
  const error = assertThrows(boom, RangeError, "reach");
  assertEquals(error.message, "out of reach");
  assertInstanceOf(assertThrows(boom), Error);
  failure(() => assertThrows(boom, TypeError));
  failure(() => assertThrows(boom, RangeError, "other"));
  failure(() => assertThrows(() => 1));
});

Deno.test("assertRejects() awaits, and does not take a throw for a rejection", async () => {
  const boom = () => Promise.reject(new RangeError("out of reach"));
  const error = await assertRejects(boom, RangeError, "reach");
  assertEquals(error.message, "out of reach");
  assertInstanceOf(await assertRejects(boom), Error);
  const wrong = [
    assertRejects(boom, TypeError),
    assertRejects(boom, RangeError, "other"),
    assertRejects(() => Promise.resolve()),
    assertRejects(() => {
      throw new Error("at once");
    }),
  ];
  for (const result of await Promise.allSettled(wrong)) {
    assert(result.status === "rejected");
    assertInstanceOf(result.reason, AssertionError);
  }
});
