// Something that the server refused: what, why, and what its author can do with it now.
import { useEffect, useRef, useState } from "preact/hooks";
import type { RichNode } from "../../../lib/chat/rich_text.ts";
import { reasonOf } from "../../../lib/chat/refusal.ts";
import { roomOnUseStrings as late } from "../../../lib/chat/strings/room_on_use.ts";
import type { User } from "../../../lib/chat/views.ts";
import { Avatar } from "../shared/Avatar.tsx";
import { RichText } from "../message/RichText.tsx";
import type { People } from "../shared/usePeople.ts";
import type { RefusedMutation } from "./rejection_words.ts";

const words = late.failed;

type FailedMutationProps = {
  refused: RefusedMutation;
  user: User;
  people: People;
  marksOf: (content: string) => readonly RichNode[];
  /** Sends it again; undefined while that is not possible. */
  retry: (() => Promise<unknown>) | undefined;
  /** Puts its text into the box. */
  edit: () => void;
  copy: () => void;
  discard: () => void;
};

export function FailedMutation(props: FailedMutationProps) {
  const { refused, user, people } = props;
  const { kind, content, whole, rejection } = refused;
  const { args } = rejection;
  const id = args !== null && typeof args === "object" && "id" in args
    ? String(args.id)
    : undefined;
  // An alert is read when its text comes, not when it is there with it.
  const [reason, setReason] = useState("");
  useEffect(() => setReason(words.why[kind](reasonOf(rejection))), []);
  const busy = useRef(false);
  async function retry() {
    if (busy.current) return;
    busy.current = true;
    await props.retry?.();
    busy.current = false;
  }
  const article = useRef<HTMLElement>(null);
  useEffect(() => {
    const { current } = article;
    const log = current?.closest<HTMLElement>("[role=log]");
    // Its buttons go with it; who came by keyboard goes on in the log.
    return () => current?.contains(document.activeElement) && log?.focus();
  }, []);
  const hasText = content !== "";
  return (
    <article
      ref={article}
      class="message own failed"
      data-message-id={id}
      data-state="failed"
      tabIndex={-1}
    >
      <Avatar userID={user.userID} name={user.name} />
      <header>
        <span class="author" dir="auto">{user.name}</span>{" "}
        <span class="state">{words.state}</span>
      </header>
      <div class="said">
        {hasText && (
          <RichText
            marks={props.marksOf(content)}
            names={people.names}
            myName={people.mine}
          />
        )}
        {!whole && <p class="hint">{words.cut}</p>}
        <p class="refusal" role="alert">{reason}</p>
        <div class="row">
          {whole && (
            <button
              type="button"
              disabled={!props.retry}
              onClick={retry}
            >
              {words.retry}
            </button>
          )}
          {hasText && (
            <>
              <button type="button" class="quiet" onClick={props.edit}>
                {words.edit}
              </button>
              <button type="button" class="quiet" onClick={props.copy}>
                {words.copy}
              </button>
            </>
          )}
          <button type="button" class="quiet" onClick={props.discard}>
            {words.discard}
          </button>
        </div>
      </div>
    </article>
  );
}
