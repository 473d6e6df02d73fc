// The tags of people who share a name.
import { assertEquals } from "@std/assert";
import { nameTagsFor } from "../../../lib/chat/name_tags.ts";

const ada = { id: "01AAAA1234", name: "Ada" };
const bob = { id: "01AAAA9999", name: "Bob" };

Deno.test("A person whose name nobody shares has no tag", () => {
  const tagOf = nameTagsFor([ada, bob]);
  assertEquals([tagOf(ada), tagOf(bob)], [undefined, undefined]);
});

Deno.test("People who share a name have tags that differ, however alike their IDs", () => {
  const second = { id: "02BBBB1234", name: "Ada" };
  const third = { id: "03CCCC5678", name: "Ada" };
  const tagOf = nameTagsFor([ada, second, third, bob]);
  const tags = [ada, second, third].map(tagOf);
  assertEquals(tags, ["A1234", "B1234", "5678"]);
  assertEquals(tagOf(bob), undefined);
});

Deno.test("Names that look the same are the same", () => {
  for (const name of ["ADA", "Ａｄａ", "A\u200dda", " Ada "]) {
    const other = { id: "02BBBB5678", name };
    assertEquals(nameTagsFor([ada, other])(ada), "1234", name);
  }
  const spaced = { id: "x1", name: "A  B" };
  assertEquals(nameTagsFor([spaced])({ id: "x2", name: "A B" }), "x2");
});

Deno.test("A person who has left the room has a tag when a member shares their name", () => {
  const left = { id: "09ZZZZ5678", name: "Ada" };
  assertEquals(nameTagsFor([ada, bob])(left), "5678");
});
