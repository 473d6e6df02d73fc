// Imports the small modules that every script of the bundle shares, so that they are one request.

// The bundler makes a script of its own for each set of scripts that share a
// module. Those below are small, and each would be one more request: imported
// by all, they are one script together.
import "@preact/signals";
import "preact/jsx-runtime";
import "../../../lib/chat/graphemes.ts";
import "../../../lib/chat/name_tags.ts";
import "../../../lib/chat/queries.ts";
import "../../../lib/chat/read_state.ts";
import "../../../lib/chat/rich_text.ts";
import "../../../lib/chat/schema.ts";
import "../../../lib/chat/spaces.ts";
import "../../../lib/chat/strings/room.ts";
import "../../../lib/replica/local/idb.ts";
import "../../../lib/replica/rejections.ts";
import "../../../lib/replica/coalesce.ts";
import "../../../lib/replica/outbox/unsent.ts";
import "../../../lib/replica/poke/listen.ts";
import "./AutosizeTextarea.tsx";
import "./Avatar.tsx";
import "./attention.ts";
import "./chat_server.ts";
import "./error_words.ts";
import "./file_urls.ts";
import "./keys.ts";
import "../../../lib/replica/load_script.ts";
import "./message_link.ts";
import "./picture_size.ts";
import "./replicas.ts";
import "./room_navigation.ts";
import "./room_store.ts";
import "./sign_out_channel.ts";
import "./Timestamp.tsx";
import "./unsent_text.ts";
import "./writing_focus.ts";
