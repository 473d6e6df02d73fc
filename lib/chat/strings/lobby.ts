// The words of the lobby, on the server and in its island.
import { count } from "./room.ts";

export const lobbyStrings = {
  title: "Rooms",
  yours: "Your rooms",
  others: "More rooms",
  joining: "Open a room to look at it.",
  noneOfYours:
    "You are not in any room yet. Join one below, or create your own.",
  private: "Private",
  messages: (n: number) =>
    n === 0 ? "No messages yet" : count(n, "message", "messages"),
  unread: (n: number) => count(n, "unread message", "unread messages"),
  notOnDevice: "Not on this device yet",
  create: "New room",
  name: "Room name",
  who: "Who can see it",
  everyone: "Public",
  everyoneHint: "Anyone who is signed in can read and join.",
  invited: "Private",
  invitedHint: "Only the people you invite.",
  submit: "Create room",
} as const;
