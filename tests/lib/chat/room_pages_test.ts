// Going through the pages of a list of rooms.
import { assertEquals } from "@std/assert";
import { pagesOfOwn } from "../../../lib/chat/room_pages.ts";
import type { RoomPage, RoomSummary } from "../../../lib/chat/views.ts";

const page = (members: boolean[], next: string | null): RoomPage => ({
  rooms: members.map((member) => ({ member }) as RoomSummary),
  next,
});

/** How many rooms come of these pages, whose places are their numbers, and which are asked for. */
async function walk(...pages: RoomPage[]) {
  const asked: (string | undefined)[] = [];
  const { rooms, next } = await pagesOfOwn((after) => {
    asked.push(after);
    return Promise.resolve(pages[Number(after ?? 0)]);
  });
  return { count: rooms.length, next, asked };
}

Deno.test("All of one's own rooms are asked for, and no page of public ones more (T26)", async () => {
  assertEquals(
    await walk(page([true], "1"), page([true, false], "2"), page([false], "3")),
    { count: 3, next: "2", asked: [undefined, "1"] },
  );
  assertEquals(await walk(page([true], "1"), page([], null)), {
    count: 1,
    next: null,
    asked: [undefined, "1"],
  });
});

Deno.test("An empty page of a search ends it, though there be more (T26)", async () => {
  assertEquals(await walk(page([], "1"), page([true], null)), {
    count: 0,
    next: "1",
    asked: [undefined],
  });
});
