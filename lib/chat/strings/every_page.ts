// The words of the island that is on every page: few, as each page loads them.

export const everyPageStrings = {
  needsNetwork: "That needs a connection. Try again once you are online.",
  search: "Search",
  searchKeys: "Search (Ctrl+K)",
  searchFailed: "Search did not load. Please reload.",
} as const;
