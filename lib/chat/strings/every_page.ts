// What islands of every page say: little, as it travels with each.

export const everyPageStrings = {
  needsNetwork: "That needs a connection. Try again once you are online.",
  search: "Search",
  searchKeys: "Search (Ctrl+K)",
  searchFailed: "Search did not load. Please reload.",
} as const;
