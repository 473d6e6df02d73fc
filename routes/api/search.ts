// The messages that answer a search, of all rooms that the person may read.
import { methods, userIn } from "../../lib/web/http/handlers.ts";
import { searchFor, searchRequestIn } from "../../lib/web/search/search.ts";

export const handler = methods({
  async GET(ctx) {
    const { userID } = userIn(ctx);
    const request = searchRequestIn(ctx.url);
    const { limits, held } = ctx.state;
    await limits.count("search", userID);
    const hold = (bytes: number) => held.add(bytes);
    return Response.json(await searchFor(ctx.state, userID, request, hold));
  },
});
