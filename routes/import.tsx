// Importing rooms from a file or folder on one's device.
import { page } from "fresh";
import Import from "../islands/Import.tsx";
import { transferStrings as words } from "../lib/chat/strings/transfer.ts";
import { assertMayMakeRooms } from "../lib/web/chat/rooms.ts";
import { methods, toSignIn } from "../lib/web/http/handlers.ts";
import { define } from "../lib/web/state.ts";

export const handler = methods({
  GET(ctx) {
    const { user } = ctx.state;
    if (!user) return toSignIn(ctx);
    assertMayMakeRooms(ctx.state);
    ctx.state.title = words.title;
    return page({ userID: user.userID });
  },
});

export default define.page<typeof handler>(function ImportPage({ data }) {
  return (
    <main id="content" class="settings">
      <p>
        <a href="/">{words.back}</a>
      </p>
      <h1>{words.title}</h1>
      <p>{words.text}</p>
      <noscript>
        <p class="refusal">{words.needsScript}</p>
      </noscript>
      <Import {...data} />
    </main>
  );
});
