// The words of the lobby, on the server and in its island.

import { roomListStrings } from "./room_list.ts";

export const lobbyStrings = {
  title: "Find rooms",
  yours: "Your rooms",
  others: "Public rooms",
  find: "Find a room",
  noneFound: "No room found with these words.",
  noOthers: roomListStrings.noOthers,
  noneFoundYet: "None of the newest rooms has these words.",
  more: "More rooms",
  joining: "Open a room to look at it.",
  noneOfYours:
    "You are not in any room yet. Join one below, or create your own.",
  noneOfYoursToJoin: "You are not in any room yet. Join one below.",
  private: "Private",
  noMessages: "No messages yet",
  notOnDevice: "Not on this device yet",
  create: roomListStrings.create,
  name: "Room name",
  who: "Who can see it",
  everyone: "Public",
  everyoneHint: "Anyone who is signed in can read and join.",
  invited: "Private",
  invitedHint: "Only the people you invite.",
  submit: "Create room",
  cancel: "Cancel",
  import: "Import rooms from a file or from Slack",
} as const;
