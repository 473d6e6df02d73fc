// The words that a room needs after the first input of its reader, or once something has failed: loaded with those parts.
import { MAX_FILES, MAX_PEOPLE, MAX_REACTION_KINDS } from "../lengths.ts";
import { count } from "./room.ts";

/** Beside oneself. */
const MAX_OTHERS = MAX_PEOPLE - 1;
const and = new Intl.ListFormat("en", { type: "conjunction" });

export const roomOnUseStrings = {
  typing: (names: string[]) =>
    names.length > 3
      ? "Several people are typing…"
      : `${and.format(names)} ${names.length === 1 ? "is" : "are"} typing…`,

  needsNetwork:
    "You need a connection for this. Try again when you are online.",
  notNow: "That did not work. Try again in a moment.",

  menu: {
    invite: "Invite",
    address: "Anyone who is signed in can join by this room's address:",
    invitation:
      "Anyone who opens an invitation can join. It works any number of times for seven days.",
    make: "Make an invitation",
    link: "Link to join",
    copy: "Copy",
    copied: "Copied.",
    notCopied: "Copying did not work: the link is selected, copy it yourself.",
    open: "Open invitations",
    close: "Close",

    settings: "Room settings",
    name: "Room name",
    topic: "Topic",
    topicHint: "What is it about?",
    who: "Who can see it",
    everyone: "Public",
    everyoneHint:
      "Anyone who is signed in can read everything in it, and join.",
    invited: "Private",
    invitedHint: "Only its members, and the people they invite.",
    save: "Save",
    cancel: "Cancel",

    leave: "Leave room",
    leaveTitle: (room: string) => `Leave ${room}?`,
    leaveText: "What you wrote stays.",
    leaveOwner:
      "What you wrote stays. Its longest-standing member becomes the owner.",
    leaveLast:
      "What you wrote stays. You are the last member: the room will have no owner.",
    leavePrivate: "You will need an invitation to come back.",
    leaveSaved:
      "What you have saved of it goes, and what your inbox has of it.",
    leaveDirect:
      "What you wrote stays. You come back by writing to the same people again.",
    leaveUnsent: (n: number) =>
      `${
        count(n, "change of yours is", "changes of yours are")
      } not sent yet, and will be lost.`,
  },

  options: {
    title: "Favourite and notifications",
    of: (room: string) => `Favourite and notifications of ${room}`,
    favourite: "Favourite, on top of the list",
    notify: "Count and notify of",
    choices: {
      all: "Every message",
      mentions: "Mentions of me",
      muted: "Nothing: muted",
    },
    close: "Close",
  },

  newMessage: {
    title: "New message",
    find: "Find people",
    hint: `To one person, or to ${MAX_OTHERS} at the most, from your rooms.`,
    looking: "Looking for people…",
    none: "Nobody in your rooms has this name.",
    nobody: "Nobody else is in your rooms yet.",
    full: "Seven people at the most.",
    to: (names: string[]) => `To ${and.format(names)}`,
    write: "Write",
    cancel: "Cancel",
  },

  person: {
    message: "Message",
    mention: "Mention",
    block: "Block",
    unblock: "Unblock",
    blockText:
      "Blocking folds their messages, and nothing tells you of them any more. They are not told that you have blocked them.",
    blockDirect:
      "Direct messages with them alone, and those that they have begun, go from your list until you unblock them.",
    blockedText: "You have blocked them.",
    more: "In the list of people",
    close: "Close",
  },

  code: {
    copy: "Copy code",
    copied: "Copied.",
    notCopied: "Copying did not work: select the code and copy it yourself.",
  },

  storage: {
    unsent: "Kept on this device until you are back online.",
    all: "You can go on writing: it is sent when you are back online.",
    unstored:
      "Not stored, as the disk does not take it: keep this page open until it is sent.",
    nothing:
      "This browser can't store anything now: keep this page open until everything is sent.",
  },

  reply: {
    replying: (name: string) => `Replying to ${name}`,
    cancel: "Cancel reply",
  },

  links: {
    copied: "Link copied.",
    inAddress: "The link is now in the address bar.",
    gone: "That message is no longer there.",
  },

  history: {
    older: "Load older messages",
    missing: "Load the messages in between",
    loading: "Loading messages…",
    failed:
      "Messages can't be loaded right now. Try again when you are online.",
  },

  noMoreKinds:
    `A message has at most ${MAX_REACTION_KINDS} kinds of reactions.`,
  allEmoji: {
    more: "All emoji",
    search: "Search emoji",
    found: (n: number) => n === 0 ? "No emoji found." : `${n} found`,
    /** By Unicode's number of the group. */
    groups: [
      "Faces and feelings",
      "People and gestures",
      "",
      "Animals and nature",
      "Food and drink",
      "Travel and places",
      "Activities",
      "Things",
      "Symbols",
      "Flags",
    ],
  },
  completion: {
    names: {
      label: "People to mention",
      found: (n: number) => `${count(n, "person", "people")} to mention`,
    },
    emoji: {
      label: "Emoji to choose from",
      found: (n: number) => `${n} emoji to choose from`,
    },
  },

  files: {
    attach: "Attach",
    attached: "Files to send",
    remove: (name: string) => `Remove ${name}`,
    alt: "Describe the picture",
    unreadable: (name: string) => `“${name}” can't be read.`,
    tooMany: `A message has at most ${MAX_FILES} files.`,
    notMember: "Join the room to send files.",
    full: "There is no room for this on the device.",
    waiting: "Waiting to be uploaded",
    uploading: (percent: number) => `Uploading: ${percent} %`,
    progress: "Upload",
    cancel: "Cancel upload",
    save: "Save",
    viewer: (n: number, all: number) =>
      all === 1 ? "Picture" : `Picture ${n} of ${all}`,
    previous: "Previous",
    next: "Next",
    download: "Download",
    close: "Close",
  },

  edit: {
    label: "Edit message",
    box: "New text",
    save: "Save",
    cancel: "Cancel",
    hint: "Enter saves, Escape cancels",
    gone:
      "The message that you were editing was deleted. Your text is in the box.",
  },

  deletion: {
    title: "Delete this message?",
    text: "It disappears for everyone. This can't be undone.",
    delete: "Delete",
    cancel: "Cancel",
  },

  failed: {
    state: "Not sent",
    why: {
      message: (reason: string) => `This was not sent. ${reason}`,
      edit: (reason: string) => `This change was not saved. ${reason}`,
      other: (reason: string) => `Something you did was not saved. ${reason}`,
    },
    cut:
      "Only the beginning is left: the server keeps no more of a refused message.",
    retry: "Retry",
    edit: "Edit",
    copy: "Copy",
    discard: "Discard",
    copied: "Copied.",
    notCopied: "Copying did not work: select the text and copy it yourself.",
  },

  paused: {
    why: {
      "signed out": "You are signed out.",
      forbidden: "You can no longer write in this room.",
      gone: "This room is gone, or you are no longer in it.",
      refused: "The server can't take what is waiting here.",
      outdated: "This page and the server are different versions.",
    },
    notBegun: {
      gone:
        "One of these people has gone, or is in no room with you any more: nothing can be sent.",
      refused:
        "One of these people, or you, has too many direct messages: nothing can be sent.",
    } as Partial<Record<string, string>>,
    unsent: (n: number) =>
      n > 0
        ? `${count(n, "change", "changes")} not sent: kept on this device.`
        : "Nothing of yours is waiting to be sent.",
    signIn: "Sign in again",
    again: "Try again",
    copy: "Copy",
    copied: "Copied.",
    notCopied:
      "Copying did not work: you can select your texts in the message list.",
    noText: "There is no text to copy. Save files in the message list.",
    discard: "Discard",
    discardTitle: (n: number) =>
      n > 0
        ? `Discard ${count(n, "change", "changes")}?`
        : "Discard these direct messages?",
    discardText: "What is discarded was never sent. This can't be undone.",
    cancel: "Cancel",
  },
} as const;
