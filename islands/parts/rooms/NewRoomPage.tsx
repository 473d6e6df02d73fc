// The page of the form that makes a room, for where there is no script, or what was filled in was refused.
import type { ComponentChildren } from "preact";
import { lobbyStrings } from "../../../lib/chat/strings/lobby.ts";
import { NewRoomForm } from "./NewRoomForm.tsx";

type NewRoomPageProps = {
  name: string;
  visibility: string;
  refusal: string;
  /** What tells this form from others. */
  children: ComponentChildren;
};

export function NewRoomPage({ children, ...filledIn }: NewRoomPageProps) {
  return (
    <main id="content" class="narrow">
      <div class="card">
        <h1>{lobbyStrings.create}</h1>
        <NewRoomForm {...filledIn}>
          {children}
          <a class="button quiet" href="/">{lobbyStrings.cancel}</a>
        </NewRoomForm>
      </div>
    </main>
  );
}
