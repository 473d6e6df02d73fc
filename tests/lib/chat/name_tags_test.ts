// Marks for people who share a name.
import { assertEquals } from "@std/assert";
import { nameTagsFor } from "../../../lib/chat/name_tags.ts";

const ada = { id: "01AAAA1234", name: "Ada" };
const bob = { id: "01AAAA9999", name: "Bob" };

Deno.test("Whoever has a name alone has no mark", () => {
  const markOf = nameTagsFor([ada, bob]);
  assertEquals([markOf(ada), markOf(bob)], [undefined, undefined]);
});

Deno.test("People who share a name have marks that differ, however alike their IDs", () => {
  const second = { id: "02BBBB1234", name: "Ada" };
  const third = { id: "03CCCC5678", name: "Ada" };
  const markOf = nameTagsFor([ada, second, third, bob]);
  const marks = [ada, second, third].map(markOf);
  assertEquals(marks, ["A1234", "B1234", "5678"]);
  assertEquals(markOf(bob), undefined);
});

Deno.test("Names that look the same are the same, in Latin, Greek and Cyrillic too (A14)", () => {
  for (
    const name of ["ADA", "Ａｄａ", "A\u200dda", " Ada ", "Аda", "Αdа", "АԁА"]
  ) {
    const other = { id: "02BBBB5678", name };
    assertEquals(nameTagsFor([ada, other])(ada), "1234", name);
  }
  for (
    const [a, b] of [["ΒΟΒ", "BOB"], ["Рауl", "Payl"], ["Οscаr", "oscar"]]
  ) {
    const one = { id: "x-one", name: a };
    assertEquals(nameTagsFor([one])({ id: "y-two", name: b }), "-two", a);
  }
  const [zhe, ya] = [{ id: "x1", name: "Жя" }, { id: "x2", name: "Яж" }];
  assertEquals(nameTagsFor([zhe, ya])(zhe), undefined);
  const spaced = { id: "x1", name: "A  B" };
  assertEquals(nameTagsFor([spaced])({ id: "x2", name: "A B" }), "x2");
});

Deno.test("Who has left has a mark when a member shares the name", () => {
  const left = { id: "09ZZZZ5678", name: "Ada" };
  assertEquals(nameTagsFor([ada, bob])(left), "5678");
});

Deno.test("A bot has the mark of one, whoever else has its name, and a person of that name has none for it (M20)", () => {
  const bot = { id: "bot-0123", name: "Ada" };
  assertEquals(nameTagsFor([])(bot), "bot");
  assertEquals(nameTagsFor([ada, bob])(bot), "bot");
  assertEquals(nameTagsFor([ada, bob])(ada), undefined);
});
