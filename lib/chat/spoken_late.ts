// Every word that a room says after the first touch, or once something failed: loaded with those parts.
import { count } from "./spoken.ts";

const and = new Intl.ListFormat("en", { type: "conjunction" });

export const spokenLate = {
  typing: (names: string[]) =>
    names.length > 3
      ? "Several people are typing…"
      : `${and.format(names)} ${names.length === 1 ? "is" : "are"} typing…`,

  needsNetwork: "That needs a connection. Try again when you are online.",
  notNow: "That did not work just now. Try again in a moment.",

  about: {
    invite: "Invite",
    address: "Anyone who is signed in can join by this room's address:",
    invitation:
      "Whoever opens an invitation can join, as often as it is used, for seven days.",
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
    everyoneHint: "Anyone who is signed in can read all of it, and join.",
    invited: "Private",
    invitedHint: "Only its members, and the people they invite.",
    save: "Save",
    cancel: "Cancel",

    leave: "Leave room",
    leaveTitle: (room: string) => `Leave ${room}?`,
    leaveText: "What you wrote stays.",
    leaveOwner: "What you wrote stays. Whoever has been here longest owns it.",
    leaveLast:
      "What you wrote stays. You are the last: nobody will own the room.",
    leavePrivate: "Only an invitation brings you back.",
    leaveUnsent: (n: number) =>
      `${
        count(n, "change of yours is", "changes of yours are")
      } not sent yet, and will not be.`,
  },

  keeps: {
    unsent: "Kept here until you are back.",
    all: "Go on writing: it goes out when you are back.",
    nothing: "This browser keeps nothing: unsent goes with the page.",
  },

  joining: {
    join: "Join room",
    joining: "Joining the room…",
    notIn: "You are not in this room any more.",
  },

  answering: {
    replying: (name: string) => `Answering ${name}`,
    nobody: "Answer nobody",
  },

  links: {
    copied: "Link copied.",
    inAddress: "The link is in the address bar now.",
    gone: "That message is no longer there.",
  },

  past: {
    older: "Load older messages",
    loading: "Loading older messages…",
    failed:
      "Older messages can't be fetched now. Try again when you are online.",
  },

  emoji: "Emoji",
  allEmoji: {
    more: "All emoji",
    search: "Search emoji",
    found: (n: number) => n === 0 ? "None is called so." : `${n} found`,
    /** By the number that Unicode gives a group. */
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
  mentionable: "People to mention",

  edit: {
    label: "Change the text",
    box: "New text",
    save: "Save",
    cancel: "Cancel",
    hint: "Enter saves, Escape cancels",
  },

  deletion: {
    title: "Delete this message?",
    text: "It goes away for everyone, and does not come back.",
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
    cut: "This is its beginning: the server keeps no more of what it refuses.",
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
      forbidden: "This room does not take anything from you any more.",
      gone: "This room is gone, or you are not in it any more.",
      refused: "The server can't take what is waiting here.",
      outdated: "This page and the server are of different versions.",
    },
    kept: (n: number) =>
      n > 0
        ? `${count(n, "change", "changes")} not sent: kept on this device.`
        : "Nothing of yours is unsent.",
    signIn: "Sign in again",
    again: "Try again",
    copy: "Copy",
    copied: "Copied.",
    notCopied: "Copying did not work: the texts are in the log.",
    discard: "Discard",
    discardTitle: (n: number) => `Discard ${count(n, "change", "changes")}?`,
    discardText: "As far as this device knows, nobody else has them.",
    cancel: "Cancel",
  },
} as const;
