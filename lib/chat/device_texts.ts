// What the interface says of the device it runs on; all else that it says is in `texts.ts`.

/** What islands say. */
export const device = {
  needsNetwork:
    "That needs a connection. Nothing was lost: try again when you are back online.",

  leaving: {
    signOut: "Sign out",
    toLink: "Make a sign-in link",
    stay: "Stay",
    failed: "You are still signed in: signing out needs a connection.",
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
