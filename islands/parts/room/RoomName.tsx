// Keeps the room's name where it stands outside of the room: in the banner, in the title, in the list.
import { useEffect } from "preact/hooks";
import { named } from "../shared/room_store.ts";

export function RoomName({ roomID, name }: { roomID: string; name: string }) {
  useEffect(() => {
    named.value = { ...named.peek(), [roomID]: name };
    const heading = document.querySelector("h1.place");
    if (heading) heading.textContent = name;
    // What is unread stands before it, the product behind it.
    document.title = document.title
      .replace(/^(\(\d+\+?\) )?.*(?= · )/s, (_, unread = "") => unread + name);
  }, [name]);
  return null;
}
