// The words of the filter of people, on the server and in its island.
import { count } from "./room.ts";

export const peopleStrings = {
  filter: "Find a person",
  find: "Find",
  found: (found: number, all: number) =>
    found === all
      ? count(all, "member", "members")
      : `${found.toLocaleString("en")} of ${count(all, "member", "members")}`,
} as const;
