// Goes through the pages of a list of rooms.
import type { RoomPage, RoomSummary } from "./views.ts";

/**
 * All rooms of a person and the public ones on the same page as the last of
 * them: what `pageAt` gives, page by page, as long as they are the person's own.
 */
export async function pagesOfOwn(
  pageAt: (after?: string) => Promise<RoomPage>,
): Promise<RoomPage> {
  const rooms: RoomSummary[] = [];
  let after: string | undefined;
  for (;;) {
    const page = await pageAt(after);
    rooms.push(...page.rooms);
    const onlyOwn = page.rooms.at(-1)?.member;
    if (page.next === null || !onlyOwn) return { rooms, next: page.next };
    after = page.next;
  }
}
