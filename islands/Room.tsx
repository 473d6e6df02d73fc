// The room, alive: the log, the box to write in, and whether both are in step with the server.
import { useSignal } from "@preact/signals";
import { ulid } from "@std/ulid";
import { useCallback, useEffect } from "preact/hooks";
import { texts } from "../lib/chat/texts.ts";
import type { RoomView, User } from "../lib/chat/views.ts";
import { Composer } from "./parts/Composer.tsx";
import { Connection } from "./parts/Connection.tsx";
import { JoinNotice } from "./parts/JoinNotice.tsx";
import { MessageList } from "./parts/MessageList.tsx";
import { RoomAbout } from "./parts/RoomAbout.tsx";
import { useLonger } from "./parts/useLonger.ts";
import { useRoom } from "./parts/useRoom.ts";

type RoomProps = { user: User; view: RoomView };

export default function Room({ user, view: html }: RoomProps) {
  const { view, live, failed, opened, status } = useRoom(user, html);
  const { room, me, members, messages } = view.value;
  const alive = useSignal(false);
  useEffect(() => {
    alive.value = true;
  }, []);

  const replica = opened.value;
  const send = useCallback(async (content: string) => {
    await replica?.mutate.createMessage({ id: ulid(), content });
  }, [replica]);
  // What the first pull adds is history, not news to be read aloud.
  const news = useLonger(live.value, 1_000);
  // The replica refuses to write for whom it does not know as a member yet.
  const ready = live.value && me !== undefined;

  return (
    <>
      <RoomAbout room={room} members={members} />
      <MessageList
        room={room.name}
        userID={user.userID}
        messages={messages}
        local={alive.value}
        news={news}
      />
      <div class="writing">
        {failed.value && <Reload />}
        {!html.me && !me && <JoinNotice roomID={room.id} />}
        <Composer
          room={room.name}
          open={(me ?? html.me) !== undefined}
          send={ready ? send : undefined}
        />
        <div class="below">
          {!failed.value && <Connection status={status} />}
          <p class="hint">{texts.composer.hint}</p>
        </div>
      </div>
    </>
  );
}

function Reload() {
  return (
    <div class="refusal join" role="alert">
      <p>{texts.room.notAlive}</p>
      <button type="button" onClick={() => location.reload()}>
        {texts.room.reload}
      </button>
    </div>
  );
}
