// What is completed before a caret, and with whom.
import { assertEquals } from "@std/assert";
import {
  emojiBefore,
  membersToMention,
  nameBefore,
} from "../../../lib/chat/completion.ts";

Deno.test("A name that is being written is what stands between the @ and the caret", () => {
  assertEquals(nameBefore("hi @Ada Lo", 10), { from: 4, start: "Ada Lo" });
  assertEquals(nameBefore("hi @Ada Lo", 5), { from: 4, start: "A" });
  assertEquals(nameBefore("me@home", 7), undefined);
  assertEquals(nameBefore("hi", 2), undefined);
  const families = "👨‍👩‍👧‍👦".repeat(40);
  assertEquals(nameBefore(`@${families}`, families.length + 1)?.from, 1);
});

Deno.test("An emoji is completed from two letters on, at the beginning of a word", () => {
  for (
    const [text, start] of [
      [":roc", "roc"],
      ["hi :roc", "roc"],
      ["(:ok", "ok"],
      ["line\n:thumbs_up", "thumbs_up"],
      ["🎉:tada", "tada"],
      [":+1", "+1"],
      [":piñ", "piñ"],
    ]
  ) {
    assertEquals(
      emojiBefore(text, text.length),
      { from: text.length - start.length - 1, start },
      text,
    );
  }
});

Deno.test("A time, an address, a face of signs or code begins no emoji", () => {
  for (
    const text of [
      "10:30",
      "at 10:ab",
      "http://ab",
      "https:ab",
      "::",
      "::ab",
      "std::ab",
      ":)",
      ":D",
      ":xD",
      ":DD",
      ":-d",
      ":p",
      "a:ab",
      "key:ab",
      ": ab",
      ":ab cd",
      "`:ab",
      "`a` `x :ab",
      "```\n:ab",
    ]
  ) {
    assertEquals(emojiBefore(text, text.length), undefined, text);
    assertEquals(nameBefore("`@ab", 4), undefined);
  }
  assertEquals(emojiBefore("`a` :ab", 7)?.start, "ab");
});

type Person = { id: string; name: string };

const named = (...names: string[]): Person[] =>
  names.map((name) => ({ id: name.toLowerCase(), name }));

const offered = (people: Person[], start: string, ...wrote: string[]) =>
  membersToMention(people, start, {
    userID: "me",
    messages: wrote.map((authorID) => ({ authorID })),
  }).map(({ id }) => id);

Deno.test("Who has written lately is offered first, then whose name begins so, oneself last", () => {
  const people = named("Me Bo", "Boyd", "Bob", "Jim Bo", "Bobo", "Zed");
  assertEquals(offered(people, "bo", "bobo", "bob", "me"), [
    "bob",
    "bobo",
    "boyd",
    "jim bo",
    "me bo",
  ]);
  assertEquals(
    offered([{ id: "me", name: "Bo" }, ...named("Bob")], "bo", "bob", "me"),
    ["bob", "me"],
  );
});

Deno.test("Any word of a name is completed, folded like a search", () => {
  for (
    const [name, start] of [
      ["José", "jose"],
      ["Jose", "JOSÉ"],
      ["Straße", "strass"],
      ["Ada Lovelace", "love"],
      ["Ada  Lovelace", "ada l"],
      ["Jean-Luc", "luc"],
      ["Jean-Luc", "jean-l"],
      ["O’Brien", "o'b"],
      ["O’Brien", "brien"],
      ["Ёлка", "елк"],
      ["👩‍🚀 Kim", "👩‍🚀"],
      ["パパ", "パ"],
      ["Anyone", ""],
    ]
  ) {
    assertEquals(offered(named(name), start).length, 1, `${name}: ${start}`);
  }
  for (
    const [name, start] of [["パパ", "バ"], ["Boyd", "yd"], ["Bob", "bob x"]]
  ) {
    assertEquals(offered(named(name), start), [], `${name}: ${start}`);
  }
});

Deno.test("Namesakes are all offered", () => {
  const people = [{ id: "one", name: "Bob" }, { id: "two", name: "Bob" }];
  assertEquals(offered(people, "bo", "two"), ["two", "one"]);
});
