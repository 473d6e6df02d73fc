// The words that a room needs as soon as it is open.

/** A number with its noun, singular or plural. */
export const count = (n: number, one: string, many: string) =>
  `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

export const roomStrings = {
  /** Of a file, from bytes. */
  size: (n: number) =>
    n < 1e6 ? `${Math.ceil(n / 1e3)} kB` : `${(n / 1e6).toFixed(1)} MB`,

  rooms: {
    label: "Rooms",
    unread: (n: number) => `, ${count(n, "unread message", "unread messages")}`,
    unreadWord: " unread",
    mentionWords: ", mentions you",
  },

  room: {
    private: "Private",
    unknown: "Room",
    members: (n: number) => count(n, "member", "members"),
    online: (n: number) => `${n} online`,
    notAlive: "This page did not load completely.",
    reload: "Reload",
  },

  placeholder: {
    none: "Choose a room.",
    loading: "Loading the messages…",
    offline:
      "This room is not on this device yet. It comes as soon as there is a network.",
  },

  joining: {
    join: "Join",
    looking: "You are looking at this room. Join it to write.",
    notIn: "You are no longer in this room.",
  },

  messages: {
    label: "Messages",
    emptyTitle: ({ name, direct }: { name: string; direct?: boolean }) =>
      `This is the start of ${direct ? "your messages with " : ""}${name}.`,
    empty: "Write the first message. It appears instantly, even offline.",
    emptyPrivate: "Only the people you invite can see this room.",
    invite: "Invite someone",
    newest: "Jump to newest",
    unread: "New messages",
    states: {
      sending: "Sending…",
      waiting: "Waiting for a connection",
      held: "Not sent yet",
      sent: "Sent",
    },
    today: "Today",
    yesterday: "Yesterday",
    edited: "(edited)",
    actions: "Message actions",
    react: "React",
    reply: "Reply",
    edit: "Edit",
    copyLink: "Copy link",
    delete: "Delete",
    someone: "someone who has left",
    reacted: (people: string) => `By ${people}`,
    you: "you",
    quoted: (name?: string) => name ? `In reply to ${name}:` : "In reply to",
    notHere: "an earlier message",
    blocked: "Message of someone you blocked",
    show: "Show",
  },

  composer: {
    label: "Send message",
    box: "Message",
    placeholder: (room: string) => `Write to ${room}`,
    first: (room: string) => `Say hello to ${room}`,
    send: "Send",
    emoji: "Emoji",
    hint: "Enter sends, Shift + Enter starts a new line",
    alone: "Nobody else is here any more.",
    unexpected: "That did not work, but nothing was lost. Try again.",
  },

  connection: {
    label: "Connection",
    online: "Online",
    offline: "Offline",
    paused: "Not connected",
    syncing: "Syncing",
    unsent: (n: number) => `${n} unsent`,
  },
} as const;
