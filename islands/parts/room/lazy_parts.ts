// The parts of a room that are loaded at the first interaction with the page, or once something needs them.
import "../shared/shared_chunk.ts";
export { Completion } from "../composer/Completion.tsx";
export { ReplyBanner } from "../composer/ReplyBanner.tsx";
export { CodeBlock } from "../message/CodeBlock.tsx";
export { Attachments } from "../files/Attachments.tsx";
export { EditBox } from "../message/EditBox.tsx";
export { saveButton } from "../message/save_for_later.ts";
export { askServer } from "../shared/ask_server.ts";
export { EmojiChoice } from "../shared/EmojiChoice.tsx";
export { MissingMessages, OlderMessages } from "../timeline/OlderMessages.tsx";
export { editingIn } from "./editing.ts";
export { workBesides } from "./work_besides.ts";
export { Failures } from "./Failures.tsx";
export { copyMessageLink } from "./message_links.ts";
export { Paused, StorageHint } from "./Paused.tsx";
export { RoomEffects } from "./RoomEffects.tsx";
export { RoomMenu } from "./RoomMenu.tsx";
export { Typing } from "./Typing.tsx";
