// The words of signing out, settings, notifications and the search, and of the page for what is not on the device.
import { count } from "./room.ts";

const and = new Intl.ListFormat("en", { type: "conjunction" });

/** How much has not been sent from this device. */
export type UnsentCounts = {
  messages: number;
  /** Edits, deletions, reactions and the like. */
  changes: number;
  drafts: number;
};

type Found = { count: number; best: readonly unknown[] };
type Searched = { rooms: Found; people: Found; messages: Found };

const found = ({ count: n, best }: Found, one: string, many: string) =>
  n > 0 && count(n, one, many) +
    (best.length < n ? `, of which ${best.length} are shown` : "");

export const deviceStrings = {
  title: "This device",

  avatar: {
    choose: "Choose a picture",
    hint: "The square in its middle is shown, small, beside your name.",
    busy: "Uploading…",
    tooLarge: "This file is too large: a picture may have 50 MB.",
    unreadable: "This file can't be read.",
    noPicture:
      "This is no picture that browsers show, or it has too many pixels. Choose a PNG, JPEG, GIF, WebP or AVIF.",
    broken: "This picture is broken, or this browser can't show it.",
  },

  signOut: {
    submit: "Sign out",
    makeLink: "Make a sign-in link",
    stay: "Stay",
    failed: "Signing out did not work. Check your connection and try again.",
    unsent: ({ messages, changes, drafts }: UnsentCounts, stays: boolean) => {
      const some = [
        messages > 0 && count(messages, "message", "messages"),
        changes > 0 && count(changes, "change", "changes"),
        drafts > 0 && count(drafts, "draft", "drafts"),
      ].filter((part) => part !== false);
      const one = messages + changes + drafts === 1;
      return `${and.format(some)} ${one ? "has" : "have"} not been sent yet. ${
        !stays
          ? `Signing out discards ${one ? "it" : "them"}.`
          : one
          ? "It stays on this device until its author signs in here again."
          : "They stay on this device until their author signs in here again."
      }`;
    },
    unknown: (stays: boolean) =>
      `What is unsent on this device can't be read right now. ${
        stays ? "It stays here." : "Signing out discards it."
      }`,
    show: "Show what is unsent",
    discard: "Discard and sign out",
    send: "Stay and send",
  },

  deleteAccount: {
    name: (name: string) => `To be sure, type your name: ${name}`,
    submit: "Delete account",
    keep: "Keep account",
    wrong: "That is not the name of this account.",
    failed:
      "Your account was not deleted. Check your connection and try again.",
  },

  copying: {
    copy: "Copy",
    copied: "Copied.",
    failed: "Copying did not work: select the text and copy it yourself.",
  },

  theme: {
    title: "Theme",
    choices: { system: "Same as the system", light: "Light", dark: "Dark" },
  },

  notifications: {
    title: "Notifications",
    choices: {
      nothing: "None",
      mentions: "Mentions and direct messages",
      all: "Every message",
    },
    why:
      "Tells you of messages in your rooms while you look elsewhere, and, if you like, while Kvetch is closed.",
    allow: "Allow notifications",
  },

  closed: {
    title: "While Kvetch is closed",
    off:
      "Until you turn it on, you are told of messages only while a tab is open on this device.",
    on:
      "This device is told of messages while Kvetch is closed: of what is chosen above, and set for each room.",
    unknown: "Can't be looked up now.",
    again: "Try again",
    turnOn: "Turn on",
    turnOff: "Turn off",
    test: "Send a test",
    sent: "Sent. It should be here within seconds.",
    failed:
      "That did not work: this browser, or its push service, did not take part. Check your connection and try again.",
    missing: {
      insecure: "This works only on pages whose address begins with https.",
      install:
        "On an iPhone or iPad, put Kvetch on the Home Screen first: Share, then “Add to Home Screen”. Open it from there.",
      unsupported:
        "This browser has no service worker or no push messages, or not in a private window.",
      denied:
        "Your browser blocks notifications for this site. Allow them in its settings, then come back.",
    },
  },

  shortcuts: {
    title: "Keyboard shortcuts",
    keys: [
      ["Ctrl + K or /", "Search, or go to a room"],
      ["Alt + ↑ or Alt + ↓", "The room above or below"],
      ["Alt + Shift + ↑ or ↓", "The next room with unread messages"],
      ["Escape", "Back to the box where you write"],
      ["↑", "Edit your last message, while the box is empty"],
      ["Tab or Shift + Tab", "Between the box, the messages and their buttons"],
      ["↑ or ↓", "From message to message, once one has the focus"],
      [": or @", "Emoji and people, while you write"],
      ["?", "This list"],
    ],
    failed: "The list could not be loaded. Reload the page.",
    close: "Close",
  },

  search: {
    title: "Search messages, rooms and people",
    box: "Search messages, rooms and people",
    placeholder: "A room, a name, or words from a message",
    hint:
      "Narrow it down by from:name, in:room, has:file, before:2026-01-31 or after:2026-01-31.",
    rooms: "Rooms",
    people: "People",
    message: "Message",
    messages: "Messages",
    /** `isMore`: the server has older messages than these, too. */
    found: (
      { rooms, people, messages }: Searched,
      isEverywhere: boolean,
      isMore: boolean,
    ) => {
      const all = found(messages, "message", "messages");
      const parts = [
        found(rooms, "room", "rooms"),
        found(people, "person", "people"),
        all && isMore ? `the newest ${all}` : all,
      ].filter(Boolean).join(", ");
      return parts.replace(/^t/, "T") ||
        `No message${
          isEverywhere ? "" : " on this device"
        } matches, and no room or person.`;
    },
    asking: "Still searching …",
    onlyDevice: "Only this device was searched: the server can't be asked now.",
    notNow: "The server can't be asked now.",
    incomplete: "The server does not know all older messages yet.",
    until: (date: Date) =>
      `The server has looked back to ${
        date.toLocaleDateString(undefined, { dateStyle: "medium" })
      }.`,
    more: "Look for older messages",
    again: "Try again",
    failed: "The messages on this device can't be read right now.",
    close: "Close",
  },
} as const;

/** The page that the service worker shows instead of one that is not on the device. */
export const offlineStrings = {
  title: "You are offline",
  text:
    "This page has not been opened on this device yet. The rooms that you have opened are here, and you can write in them.",
  again: "Try again",
  home: "Back to the rooms",
} as const;
