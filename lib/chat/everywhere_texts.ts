// What islands of every page say: little, as it travels with each.

export const everywhere = {
  needsNetwork:
    "That needs a connection. Nothing was lost: try again when you are back online.",
  search: "Search",
  searchKeys: "Search (Ctrl+K)",
  searchFailed: "Search is not working. Please reload the page.",
} as const;
