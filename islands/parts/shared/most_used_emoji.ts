// The emoji that are offered before any is searched for, and come first of those that fit a search alike.
export const MOST_USED = ["👍", "❤️", "😂", "🎉", "😮", "😢"];
