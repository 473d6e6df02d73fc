// Every word the interface says, in one place: read it as a whole, translate it as a whole.

const count = (n: number, one: string, many: string) =>
  `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

/** What islands say. It is apart from the rest, as it travels to every browser. */
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
} as const;

/** Every word there is. */
export const texts = /* @__PURE__ */ Object.assign(
  {
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
      text: (name: string) => `You are signed in as ${name}.`,
      kept:
        "Your private sign-in link is the way back to this account. Sign out only if you have it.",
      lost:
        "You have no private sign-in link: once you are signed out, nobody can get back into this account, you included.",
      toLink: "Make a sign-in link",
      stay: "Stay",
    },

    settings: {
      title: "Settings",
      name: "Your name",
      nameHint: "As others see it from now on.",
      saved: "Saved.",
      save: "Save name",
      link: "Private sign-in link",
      linkText:
        "It opens this account on another device, or here again after signing out. Whoever has it is you: treat it as a password.",
      linkNone: "You have none yet.",
      linkMade: (date: string) =>
        `You made one on ${date}. It was shown once and cannot be shown again.`,
      make: "Make a link",
      makeNew: "Make a new link",
      revoke: "Revoke the link",
      once: "Your link, shown only this once",
      keep:
        "Scan it with the other device, or keep it in a password manager. It works until you revoke it or make a new one.",
      qr: "Your sign-in link as a QR code",
    },

    link: {
      title: "Sign in",
      question: (name: string) => `Sign in as ${name}?`,
      text: "This private link opens the account on this device.",
      submit: (name: string) => `Sign in as ${name}`,
      cancel: "Not now",
      other: (name: string) => `On this device ${name} will be signed out.`,
      lost:
        "That account has no sign-in link of its own, so there is no way back to it.",
      already: (name: string) => `You are ${name} already`,
      alreadyText: "This device is signed in to the account of this link.",
      missing: "This sign-in link does not work, or not any more.",
    },

    invite: {
      by: (name?: string) =>
        name ? `${name} invites you to a room` : "You are invited to a room",
      text: "Members can read everything in it and write.",
      later: "Not now",
      missing: "This invitation does not hold, or not any more.",
    },

    people: {
      title: (room: string) => `People in ${room}`,
      back: "Back to the room",
      owner: "Owner",
      you: "You",
      remove: "Remove",
      removeText:
        "They lose the room at once; what they wrote stays. All open invitations are withdrawn.",
      removeSubmit: (name: string) => `Remove ${name}`,
      invite: "Invite someone",
      inviteText:
        "Whoever opens an invitation can join, as often as it is used, for seven days.",
      inviteSubmit: "Make an invitation",
      once: "The invitation, shown only this once",
      open: "Open invitations",
      madeBy: (name: string | undefined, date: string) =>
        name ? `By ${name}, until ${date}` : `Until ${date}`,
      withdraw: "Withdraw",
      leave: "Leave the room",
      leaveText: "What you wrote stays.",
      leaveOwner:
        "What you wrote stays. Whoever has been here longest owns it.",
      leaveLast:
        "What you wrote stays. You are the last: nobody will own the room.",
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
  } as const,
  spoken,
);

/** A day as people write it, from milliseconds since 1970. */
export const dateOf = (time: number): string =>
  new Date(time).toLocaleDateString("en", { dateStyle: "long" });

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
