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
      mentions: "When I am mentioned",
      all: "Every message",
    },
    why: {
      default:
        "Tells you of messages in your rooms while you look elsewhere. Keep at least one tab open on this device.",
      denied:
        "Your browser blocks notifications for this site. Allow them in its settings, then come back.",
      none:
        "This browser can't show notifications, or only on pages whose address begins with https.",
    },
    allow: "Allow notifications",
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
    hint: "Messages and people are those on this device.",
    rooms: "Rooms",
    people: "People",
    messages: "Messages",
    found: ({ rooms, people, messages }: Searched) => {
      const parts = [
        found(rooms, "room", "rooms"),
        found(people, "person", "people"),
        found(messages, "message", "messages"),
      ].filter(Boolean);
      return parts.join(", ") ||
        "No message on this device has these words, and no room or person.";
    },
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
