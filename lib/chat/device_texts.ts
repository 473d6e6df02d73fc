// What the interface says of the device it runs on, where it is asked for; all else is in `texts.ts`.

/** What islands say. */
export const device = {
  title: "This device",

  leaving: {
    signOut: "Sign out",
    toLink: "Make a sign-in link",
    stay: "Stay",
    failed: "You are still signed in: signing out needs a connection.",
  },

  theme: {
    title: "Theme",
    choices: { system: "As the system is", light: "Light", dark: "Dark" },
  },

  notices: {
    title: "Notifications",
    choices: {
      nothing: "None",
      mentions: "When I am mentioned",
      all: "Every message",
    },
    why: {
      default:
        "For messages in a room that is open in a tab you are not looking at.",
      denied:
        "Your browser blocks them for this site: allow them in its settings, then come back.",
      none:
        "This browser has none, or only where the address begins with https.",
    },
    allow: "Allow notifications",
  },

  search: {
    title: "Search messages",
    box: "Search messages",
    placeholder: "Words of a message, or a name",
    hint: "In the messages that are on this device.",
    found: (n: number) =>
      n === 0
        ? "Nothing on this device has these words."
        : n === 1
        ? "1 message"
        : `${n} messages`,
    failed: "The messages on this device can't be read just now.",
    close: "Close",
  },
} as const;

/** What the service worker shows for a page that is not here. */
export const offline = {
  title: "You are offline",
  text:
    "This page has not been opened on this device yet. The rooms you have been in are here, and you can write in them.",
  again: "Try again",
  home: "Back to the rooms",
} as const;
