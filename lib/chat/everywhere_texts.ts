// What islands of every page say: little, as it travels with each.

export const everywhere = {
  needsNetwork: "That needs a connection. Try again when you are back online.",
  search: "Search",
  searchKeys: "Search (Ctrl+K)",
  searchFailed: "The search did not load. Please reload the page.",
} as const;
