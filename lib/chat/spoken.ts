// Every word that islands say: a part of texts.ts, apart from the rest as it travels to every browser.

const count = (n: number, one: string, many: string) =>
  `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

/** What islands say. */
export const spoken = {
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
    unread: (n: number) => `, ${count(n, "unread message", "unread messages")}`,
    unreadWord: " unread",
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
    older: "Load older messages",
    loading: "Loading older messages…",
    noOlder:
      "Older messages can't be fetched now. Try again when you are online.",
    start: "This is where it began.",
    unread: "New messages",
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

  paused: {
    why: {
      "signed out": "You are signed out.",
      forbidden: "This room does not take anything from you any more.",
      gone: "This room is gone, or you are not in it any more.",
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

  connection: {
    label: "Connection",
    online: "Online",
    offline: "Offline",
    syncing: "Syncing",
    paused: "Not connected",
    unsent: (n: number) => `${n} unsent`,
    keeps: (n: number) =>
      n > 0
        ? "Kept here until you are back."
        : "Go on writing: it goes out when you are back.",
  },
} as const;
