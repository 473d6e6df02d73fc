// All that is stored of a person, as a file of lines of JSON for them.
import { methods, userIn } from "../../../lib/web/http/handlers.ts";
import { download } from "../../../lib/web/transfer/download.ts";
import { ownLines } from "../../../lib/web/transfer/own_data.ts";

export const handler = methods({
  async GET(ctx) {
    const { userID } = userIn(ctx);
    await ctx.state.limits.count("export", userID);
    const lines = ownLines(ctx.state, userID);
    return await download(ctx, "kvetch-data.jsonl", lines);
  },
});
