// The words of the island that is on every page: few, as each page loads them.

export const everyPageStrings = {
  needsNetwork:
    "You need a connection for this. Try again when you are online.",
  dropped: "Files can be sent in an open room.",
  search: "Search",
  searchKeys: "Search, or go to a room (Ctrl+K)",
  searchFailed: "Search could not be loaded. Reload the page.",
} as const;
