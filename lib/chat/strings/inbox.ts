// The words of the inbox, of what was saved for later, and of the button that saves.

const and = new Intl.ListFormat("en", { type: "conjunction" });

export const inboxStrings = {
  title: "Inbox",
  which: "Which messages",
  inbox: "For you",
  saved: "Saved",
  noneForYou:
    "Nothing here yet. What mentions you, answers you or is for you alone comes here.",
  noneSaved:
    "Nothing saved yet. “Save for later” among a message's buttons puts it here.",
  why: {
    mention: "mentioned you in",
    reply: "answered you in",
  },
  /** Before whom one of direct messages is with. */
  inDirect: "· in a direct message",
  direct: (others: string[]) =>
    others.length === 0 ? "direct message" : `with ${and.format(others)}`,
  unread: "Unread: ",
  save: "Save for later",
  unsave: "Remove from saved",
} as const;
