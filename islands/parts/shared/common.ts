// The small things that pages share, as one script: each island, and each part of islands that is loaded later, imports this.

// The bundler makes a script of what the same pages and parts need. Each of
// these is needed by others: it would be a request of its own.
import "@preact/signals";
import "preact/jsx-runtime";
import "../../../lib/chat/mentions.ts";
import "../../../lib/chat/queries.ts";
import "../../../lib/chat/read_state.ts";
import "../../../lib/chat/refusal.ts";
import "../../../lib/chat/spaces.ts";
import "../../../lib/chat/strings/room.ts";
import "../../../lib/replica/local/idb.ts";
import "../../../lib/replica/rejections.ts";
import "./keys.ts";
import "./copyText.ts";
import "./sign_out_channel.ts";
import "./local_store.ts";
import "./keptUnder.ts";
import "../message/address.ts";
import "./textsIn.ts";
