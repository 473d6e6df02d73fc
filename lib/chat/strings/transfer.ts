// The words of exporting and importing rooms, on the server and in their island.
import { count, roomStrings } from "./room.ts";

export const transferStrings = {
  title: "Import rooms",
  text:
    "From a room that was exported here or elsewhere, or from Slack's export: its ZIP file, or the folder in it. What others wrote stands under their names with “imported” beside them, and belongs to no account here.",
  needsScript: "Importing needs JavaScript.",
  back: "Back to the rooms",

  file: "File",
  fileHint: "A .jsonl or .zip file.",
  folder: "Or the folder of Slack's export",
  rooms: "Rooms to import",
  skip: "Leave out what can't be read",
  skipHint: "Otherwise a room with a line that can't be read is not imported.",
  submit: "Import",
  reading: "Looking at it…",

  progress: "Import",
  percent: (name: string, n: number) => `${name}: ${n} %`,
  waiting: roomStrings.messages.states.waiting,
  stop: "Stop",
  stopHint:
    "If this page is closed, choose the same file again within a day: the import goes on where it was.",
  stopped: (name: string) =>
    `${name}: stopped. Choose the same again to go on within a day.`,

  done: (messages: number) => count(messages, "message", "messages"),
  refused: "Not imported: nothing of it is here.",
  bad: (n: number) =>
    `${count(n, "line", "lines")} could not be read, or not all of it:`,
  line: (n: number) => `Line ${n}`,
  more: (n: number) => `And ${n.toLocaleString("en")} more.`,

  people: (n: number) =>
    `${
      count(n, "person", "people")
    } of the room that this one was imported from`,

  exportTitle: "Export",
  exportText:
    "All messages, their files, and who is in the room, as a file of JSON lines that can be imported here or elsewhere. It may be large.",
  exportDirect:
    "All messages, their files, and who is in the room, as a file of JSON lines for you to keep: no room can be made of it. It may be large.",
  exportSubmit: "Export the room",

  ownTitle: "Your data",
  ownText:
    "All that is stored of you here, as one file of JSON lines: your name, picture and status, rooms, settings and drafts, when your sessions end, your files, and what you wrote, how you reacted and what was refused in the rooms that you can read.",
  ownSubmit: "Save your data",
} as const;
