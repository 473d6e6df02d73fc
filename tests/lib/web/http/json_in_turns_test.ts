// JSON of strangers: what would stall is refused before it is parsed, and what is long is parsed in turns.
import { setImmediate } from "node:timers";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { parseInTurns } from "../../../../lib/web/http/json_in_turns.ts";

const fields = (count: number) =>
  Array.from({ length: count }, (_, i) => `"k${i}":0`).join();
const list = (count: number, one: string) =>
  `[${Array.from({ length: count }, () => one).join()}]`;
const mutation = (args: string) =>
  `{"mutations":[{"id":1,"name":"a","args":${args}},{"id":2}]}`;

Deno.test("JSON that would stall is refused before it is parsed, and what people send never is (T7)", async () => {
  const stalling = [
    `{${fields(1_002)}}`,
    mutation(`{${fields(1_000)}}`),
    mutation(list(500, "{}")),
    mutation(list(1_000, "0")),
    mutation("[".repeat(1_000) + "]".repeat(1_000)),
    "[".repeat(1_001) + "]".repeat(1_001),
    list(2, `{${fields(500)}}`),
    `{"a":${list(300, `{${fields(990)}}`)},"b":${
      list(300, `{${fields(990)}}`)
    }}`,
    `{"mutations":${list(250_001, "{}")}}`,
    `{"a":[0],"b":{"c":${list(1_000, "0")}}}`,
    `{${Array.from({ length: 501 }, (_, i) => `"k${i}":[0,0]`).join()}}`,
  ];
  for (const json of stalling) {
    await assertRejects(() => parseInTurns(json), RangeError, "parts");
  }
  const message =
    '{"id":12345,"clientID":"0b7d6f0e-4b0c-4f3b-9a56-0f4b3c2d1e0f","name":"createMessage","args":{"id":"01J0000000000000000000000","content":"x"},"timestamp":1234567.8}';
  const plain = [
    "[".repeat(1_000) + "]".repeat(1_000),
    mutation(`{${fields(900)}}`),
    mutation(JSON.stringify({ content: '",{['.repeat(20_000) })),
    `{"mutations":${
      list(Math.floor(2 ** 23 / (message.length + 1)), message)
    }}`,
    `{"mutations":${list(40_000, '{"id":1,"name":"none","args":null}')}}`,
  ];
  for (const json of plain) {
    assertEquals(await parseInTurns(json), JSON.parse(json));
  }
});

Deno.test("a long text is parsed in turns, and means the same as at once (T7)", async () => {
  const long = list(3_000, '{"id":1,"args":{"content":"],[{\\""}}');
  const texts = [
    `{"a":${long},"b":[],"c":[ 1 , [2] ],"d":{"e":[1,{}]},"1":[[1],[]]}`,
    ` { "a" : ${long} , "a" : [7], "__proto__": [8], "x": "${
      "y".repeat(9)
    }" } `,
    list(900, '"x"'.padEnd(100)),
    `"${"x".repeat(2 ** 23)}"`, // each of its characters was taken for a list
    ...["null", "true", "1", '""', "[]", "{}"].map((it) => it.padEnd(70_000)),
  ];
  for (const text of texts) {
    let turns = 0;
    let done = false;
    const count = () => {
      turns++;
      if (!done) setImmediate(count);
    };
    setImmediate(count);
    assertEquals(await parseInTurns(text), JSON.parse(text));
    done = true;
    if (text.includes('"a"')) assert(turns > 0, "No other got a turn");
  }
});

Deno.test("a long text that is no JSON is none in turns either (T7)", async () => {
  const good = list(3_000, '{"id":1,"args":{"content":"x"}}');
  const inner = good.slice(1, -1);
  const bad = [
    `{"a":[${inner},]}`,
    `{"a":[,${inner}]}`,
    `{"a":[${inner},,1]}`,
    `{"a":[${inner}}`,
    `{"a":[${inner}}]`,
    `{"a":[${inner}`,
    `{"a":[${inner}]]}`,
    `{"a":[${inner},{]}}`,
    `{"a":[${inner} 1]}`,
    `{"a":[${inner}],}`,
    `{"a":[${inner}]} 1`,
    `[{"a":[${inner}]}`,
    `{"a":["${inner}]}`,
  ];
  // Commas in all places where it may be cut.
  for (let i = 0; i < 40; i++) {
    bad.push(`{"a":[${" ".repeat(i)}${inner},${" ".repeat(40)}]}`);
    bad.push(`{"a":["${"x".repeat(65_500 + i)}",]}`);
    bad.push(`{"a":["${"x".repeat(65_500 + i)}",,1]}`);
  }
  for (const text of bad) {
    await assertRejects(
      () => parseInTurns(text),
      Error,
      undefined,
      text.slice(0, 20),
    );
  }
});
