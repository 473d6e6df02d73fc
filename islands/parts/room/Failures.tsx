// What has not reached the server, at the end of the log: mutations that it refused, until their author has decided what to do with them, and messages whose files are on their way.
import { useEffect, useRef, useState } from "preact/hooks";
import { reasonOf } from "../../../lib/chat/refusal.ts";
import type { RichNode } from "../../../lib/chat/rich_text.ts";
import { fileCount } from "../../../lib/chat/strings/files.ts";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import type { User } from "../../../lib/chat/views.ts";
import type { Rejection } from "../../../lib/replica/mod.ts";
import type { RestoredDraft } from "../composer/draft.ts";
import { UploadList } from "../files/UploadList.tsx";
import { unsentMessages } from "../files/uploads.ts";
import { RichText } from "../message/RichText.tsx";
import { Avatar } from "../shared/Avatar.tsx";
import { copyText } from "../shared/copy_text.ts";
import type { RoomReplica } from "../shared/replicas.ts";
import type { People } from "../shared/usePeople.ts";
import { focusComposer } from "../shared/writing_focus.ts";

const words = roomOnUseStrings.failed;

type FailuresProps = {
  rejections: readonly Rejection[];
  user: User;
  people: People;
  richTextOf: (content: string) => readonly RichNode[];
  replica: RoomReplica;
  /** Whether one may write here now. */
  mayWrite: boolean;
  restore: (text: RestoredDraft) => void;
  /** Shows a text, or an error in words. */
  showNotice: (what: unknown) => void;
};

type Mutate = (args: Rejection["args"]) => Promise<unknown>;

export function Failures(props: FailuresProps) {
  const { rejections, replica, mayWrite, restore, showNotice } = props;
  const mutators = new Map(
    Object.entries(replica.mutate as unknown as { [name: string]: Mutate }),
  );
  // Of a message with files that are here it is said with those.
  const here = new Set(unsentMessages.value.map(({ id }) => id));
  const others = rejections.filter((each) =>
    !here.has(messageIDOf(each) ?? "")
  );
  return (
    <>
      {others.map((rejection) => {
        const { clientID, mutationID, name, args } = rejection;
        const refused = describe(rejection);
        const { kind, content, replyTo } = refused;
        const discard = () =>
          replica.mutate.dismissRejection({ clientID, mutationID })
            .catch(showNotice);
        const mutator = mutators.get(name);
        const retry = async (mutator: Mutate) => {
          // The very args that this mutator was refused. But a new message goes
          // under a new ID, as the old one may be taken.
          await mutator(
            kind === "message"
              ? { ...args as object, id: newIDFor(rejection) }
              : args,
          );
          await discard();
        };
        return (
          <FailedMutation
            key={`${clientID}/${mutationID}`}
            refused={refused}
            user={props.user}
            people={props.people}
            richTextOf={props.richTextOf}
            retry={mutator && mayWrite
              ? () => retry(mutator).catch(showNotice)
              : undefined}
            edit={() => {
              restore({ content, replyTo });
              focusComposer();
              discard();
            }}
            copy={async () => {
              const copied = await copyText(content);
              showNotice(copied ? words.copied : words.notCopied);
            }}
            discard={discard}
          />
        );
      })}
      <UploadList
        roomID={props.people.roomID}
        user={props.user}
        richTextOf={props.richTextOf}
        showNotice={showNotice}
      />
    </>
  );
}

const newIDs = new Map<string, string>();

/**
 * The ID under which a refused message is sent again: the same however often
 * and from whichever tab, so that it is there once. For a client whose ID fits
 * into none, as no page of ours has, the same on this page.
 */
function newIDFor({ clientID, mutationID }: Rejection): string {
  const id = `${clientID}-${mutationID}`;
  if (/^[\w-]{1,64}$/.test(id)) return id;
  if (!newIDs.has(id)) {
    newIDs.set(id, crypto.getRandomValues(new Uint32Array(4)).join("-"));
  }
  return newIDs.get(id)!;
}

type FailedMutationProps = {
  refused: RefusedMutation;
  user: User;
  people: People;
  richTextOf: (content: string) => readonly RichNode[];
  /** Sends it again; undefined while that is not possible. */
  retry: (() => Promise<unknown>) | undefined;
  /** Puts its text into the composer. */
  edit: () => void;
  copy: () => void;
  discard: () => void;
};

function FailedMutation(props: FailedMutationProps) {
  const { refused, user } = props;
  const { kind, content, fileCount: files, isWhole, rejection } = refused;
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
    // Its buttons go with it: the focus stays in the log.
    return () => current?.contains(document.activeElement) && log?.focus();
  }, []);
  const hasText = content !== "";
  return (
    <article
      ref={article}
      class="message own failed"
      data-message-id={messageIDOf(rejection)}
      data-state="failed"
      tabIndex={-1}
    >
      <Avatar id={user.userID} {...user} />
      <header>
        <span class="author" dir="auto">{user.name}</span>{" "}
        <span class="state">{words.state}</span>
      </header>
      <div class="said">
        {hasText && (
          <RichText
            nodes={props.richTextOf(content)}
          />
        )}
        {files > 0 && <p>{fileCount(files)}</p>}
        {!isWhole && <p class="hint">{words.cut}</p>}
        <p class="refusal" role="alert">{reason}</p>
        <div class="row">
          {isWhole && (
            <button type="button" disabled={!props.retry} onClick={retry}>
              {words.retry}
            </button>
          )}
          {hasText && (
            <>
              {/* A text that is taken back would leave the files behind. */}
              {files === 0 && (
                <button type="button" class="quiet" onClick={props.edit}>
                  {words.edit}
                </button>
              )}
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

type RefusedMutation = {
  rejection: Rejection;
  /** A new message, a new text for one, or something without a text. */
  kind: "message" | "edit" | "other";
  content: string;
  replyTo?: string;
  fileCount: number;
  /** Whether all of it is here, so that it can be sent again as it was. */
  isWhole: boolean;
};

const KINDS = new Map<string, RefusedMutation["kind"]>([
  ["createMessage", "message"],
  ["editMessage", "edit"],
]);

function describe(rejection: Rejection): RefusedMutation {
  const { name, args } = rejection;
  const kind = KINDS.get(name) ?? "other";
  // The server keeps only the beginning of very long args.
  if (typeof args === "string") {
    return {
      rejection,
      kind,
      content: contentInCut(args),
      fileCount: 0,
      isWhole: false,
    };
  }
  const { content, replyTo, files } = (args ?? {}) as Record<string, unknown>;
  const refused: RefusedMutation = {
    rejection,
    kind,
    isWhole: true,
    content: typeof content === "string" ? content : "",
    fileCount: Array.isArray(files) ? files.length : 0,
  };
  if (typeof replyTo === "string") refused.replyTo = replyTo;
  return refused;
}

/** The content in JSON that was cut, perhaps in the middle of an emoji. */
function contentInCut(json: string): string {
  const [, text = ""] =
    json.match(/"content":"((?:[^"\\]|\\u[\da-f]{4}|\\[^u])*)/) ??
      [];
  return JSON.parse(`"${text.replace(/[\ud800-\udbff]$/, "")}"`);
}

/** The ID of the message that a rejection is about, if any. */
export function messageIDOf({ args }: Rejection): string | undefined {
  return args !== null && typeof args === "object" && "id" in args
    ? String(args.id)
    : undefined;
}
