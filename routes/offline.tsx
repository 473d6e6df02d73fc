// The page that the service worker shows instead of one that is not on the device. The same for everybody.
import { page } from "fresh";
import OfflineRooms from "../islands/OfflineRooms.tsx";
import { offlineStrings } from "../lib/chat/strings/device.ts";
import { methods } from "../lib/web/http/handlers.ts";
import { define } from "../lib/web/state.ts";

export const handler = methods({
  GET(ctx) {
    ctx.state.title = offlineStrings.title;
    return page({});
  },
});

export default define.page(function OfflinePage() {
  return (
    <main id="content" class="narrow notice">
      <h1>{offlineStrings.title}</h1>
      <p>{offlineStrings.text}</p>
      <div class="row">
        {/* It stands under the address that was asked for. */}
        <a class="button" href="">{offlineStrings.again}</a>
        <a class="button quiet" href="/">{offlineStrings.home}</a>
      </div>
      <OfflineRooms />
    </main>
  );
});
