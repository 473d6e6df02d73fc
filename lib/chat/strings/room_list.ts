// The words of the list of rooms, on the server and, once it is used, in the browser.

export const roomListStrings = {
  create: "New room",
  find: "Find rooms",
  inbox: "Inbox",
  which: "Which rooms",
  yours: "Yours",
  others: "Others",
  noneOfYours: "You are in no room yet.",
  noOthers: "There are no other public rooms yet.",
  private: ", private",
  favourite: ", favourite",
  muted: ", muted",
  absent: ", not on this device yet",
  nextUnread: "Next unread room",
  direct: "Direct messages",
  newMessage: "New message",
  online: ", online",
} as const;
