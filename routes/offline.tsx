// Shown by the service worker for a page that this device does not have. Of nobody, so that it serves everybody.
import { page } from "fresh";
import OfflineRooms from "../islands/OfflineRooms.tsx";
import { offlineStrings as words } from "../lib/chat/strings/device.ts";
import { methods } from "../lib/web/http/handlers.ts";
import { define } from "../lib/web/state.ts";

export const handler = methods({
  GET(ctx) {
    ctx.state.title = words.title;
    return page({});
  },
});

export default define.page(function OfflinePage() {
  return (
    <main id="content" class="narrow notice">
      <h1>{words.title}</h1>
      <p>{words.text}</p>
      <div class="row">
        {/* It stands under the address that was asked for. */}
        <a class="button" href="">{words.again}</a>
        <a class="button quiet" href="/">{words.home}</a>
      </div>
      <OfflineRooms />
    </main>
  );
});
