// The parts of a room that nobody needs before the first touch of the page, or until something fails.
export { Completion } from "./composer/Completion.tsx";
export { Deeds } from "./about/Deeds.tsx";
export { RoomName } from "./about/RoomName.tsx";
export { Answering } from "./composer/Answering.tsx";
export { Failures } from "./failed/Failures.tsx";
export { Paused } from "./Paused.tsx";
export { JoinNotice } from "./JoinNotice.tsx";
export { DeleteDialog } from "./log/DeleteDialog.tsx";
export { bringOlder } from "./log/bringOlder.ts";
export { rove } from "./log/rove.ts";
export { Older } from "./log/Older.tsx";
export { EditBox } from "./message/EditBox.tsx";
export { copyLink } from "./message/copy.ts";
export { Jump } from "./message/Jump.tsx";
export { EmojiChoice } from "./message/EmojiChoice.tsx";
export { tellTyping } from "./presence/tellTyping.ts";
export { Typing } from "./presence/Typing.tsx";
