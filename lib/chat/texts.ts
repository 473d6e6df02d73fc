// Every word the interface says, in one place: read it as a whole, translate it as a whole.

const count = (n: number, one: string, many: string) =>
  `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

export const texts = {
  product: "Kvetch",
  tagline: "A chat that works at once, offline and together.",
  skip: "Skip to content",
  signOut: "Sign out",
  documentTitle: (title?: string) => title ? `${title} · Kvetch` : "Kvetch",

  signIn: {
    title: "Sign in",
    name: "Your name",
    hint: "As others will see it. No password, no e-mail.",
    submit: "Sign in",
  },

  leave: {
    title: "Sign out?",
    text: (name: string) =>
      `You are signed in as ${name}. There is no password, so there is no way back to this account.`,
    stay: "Stay",
  },

  lobby: {
    title: "Rooms",
    yours: "Your rooms",
    others: "More rooms",
    joining: "Opening a room joins it.",
    noneOfYours:
      "You are in no room yet. Open one below to join it, or make your own.",
    private: "Private",
    messages: (n: number) =>
      n === 0 ? "No messages yet" : count(n, "message", "messages"),
    create: "New room",
    name: "Room name",
    who: "Who can see it",
    everyone: "Public",
    everyoneHint: "Anyone who is signed in can read and join.",
    invited: "Private",
    invitedHint: "Only the people you invite.",
    submit: "Create room",
  },

  rooms: {
    label: "Rooms",
    all: "All rooms and new room",
  },

  room: {
    members: (n: number) => count(n, "member", "members"),
    join: "Join room",
    joining: "Joining the room…",
    joinFailed: "Joining did not work. You can read, but not write yet.",
    visitor: "Join the room to write in it.",
    notAlive:
      "This page could not come alive: you can read, but not write. Reload it.",
    reload: "Reload",
    missing: "There is no such room, or it is private and you are not in it.",
    needsScript:
      "Reading works without JavaScript; writing a message needs it.",
  },

  messages: {
    label: "Messages",
    emptyTitle: (room: string) => `This is the start of ${room}.`,
    empty: "Write the first message. It is here at once, even offline.",
    newest: "Jump to newest",
    states: { pending: "Sending…", sent: "Sent", failed: "Not sent" },
    today: "Today",
    yesterday: "Yesterday",
    edited: "(edited)",
    actions: "What to do with it",
    react: "React",
    reply: "Reply",
    edit: "Edit",
    copyLink: "Copy link",
    delete: "Delete",
    linkCopied: "Link copied.",
    linkInAddress: "The link is in the address bar now.",
    emoji: "Emoji",
    someone: "someone no longer here",
    reacted: (people: string) => `Reacted: ${people}`,
    you: "you",
    quoted: (name: string) => `In reply to ${name}:`,
    notHere: "a message that is not here",
    gone: "That message is no longer there.",
  },

  edit: {
    label: "Change the text",
    box: "New text",
    save: "Save",
    cancel: "Cancel",
    hint: "Enter saves, Escape cancels",
    gone:
      "The message that you were editing was deleted. Your text is in the box below.",
  },

  deletion: {
    title: "Delete this message?",
    text: "It goes away for everyone, and does not come back.",
    delete: "Delete",
    cancel: "Cancel",
  },

  composer: {
    label: "Send message",
    box: "Message",
    placeholder: (room: string) => `Write to ${room}`,
    send: "Send",
    hint: "Enter sends, Shift + Enter starts a new line",
    unexpected: "That did not work, and nothing was lost. Try again.",
    replying: (name: string) => `Answering ${name}`,
    noReply: "Answer nobody",
    people: "People to mention",
  },

  connection: {
    label: "Connection",
    online: "Online",
    offline: "Offline",
    syncing: "Syncing",
    unsent: (n: number) => `${n} unsent`,
    keeps: (n: number) =>
      n > 0
        ? "Kept here until you are back."
        : "Go on writing: it goes out when you are back.",
  },

  errors: {
    home: "Back to the rooms",
    notFound: ["Nothing here", "This page does not exist, or not for you."],
    forbidden: ["Not allowed", "You can see this, but not do that."],
    refused: ["That did not work", "The request was not understood."],
    broken: [
      "Something broke on our side",
      "It is not your fault, and what you sent before is safe. Try again in a moment.",
    ],
  },
} as const;

/** The title and the text of an error page. */
export function errorWords(status: number): readonly [string, string] {
  if (status === 404) return texts.errors.notFound;
  if (status === 401 || status === 403) return texts.errors.forbidden;
  return status < 500 ? texts.errors.refused : texts.errors.broken;
}

/** What to tell a person when something was refused: the sentence, without the field's name before it. */
export function reasonOf(refusal: Error): string {
  return refusal.message.replace(/^\w+: /, "");
}
