// All that the server refused in this room, at the end of the log until its author has decided on it.
import type { RichNode } from "../../../lib/chat/rich_text.ts";
import { roomOnUseStrings as late } from "../../../lib/chat/strings/room_on_use.ts";
import type { User } from "../../../lib/chat/views.ts";
import type { Rejection } from "../../../lib/replica/mod.ts";
import { type RestoredDraft, toBox } from "../composer/draft_types.ts";
import { copyText } from "../shared/copyText.ts";
import type { People } from "../shared/usePeople.ts";
import type { RoomReplica } from "./useRoom.ts";
import { FailedMutation } from "./FailedMutation.tsx";
import { describeRejection } from "./rejection_words.ts";

export type FailuresProps = {
  rejections: readonly Rejection[];
  user: User;
  people: People;
  marksOf: (content: string) => readonly RichNode[];
  replica: RoomReplica;
  /** Whether one may write here now. */
  mayWrite: boolean;
  restore: (text: RestoredDraft) => void;
  /** Tells of something that did not work, or that did. */
  say: (what: unknown) => void;
};

type Mutate = Record<string, (args: Rejection["args"]) => Promise<unknown>>;

export function Failures(props: FailuresProps) {
  const { rejections, replica, mayWrite, restore, say } = props;
  const mutate = replica.mutate as unknown as Mutate;
  return (
    <>
      {rejections.map((rejection) => {
        const { clientID, mutationID, name, args } = rejection;
        const refused = describeRejection(rejection);
        const { kind, content, replyTo } = refused;
        const discard = () =>
          replica.mutate.dismissRejection({ clientID, mutationID }).catch(say);
        const again = async () => {
          // The very args that this mutator was refused. But a new message goes
          // under a new ID, as the old one may be taken.
          const message = args as Record<string, string>;
          await mutate[name](
            kind === "message" ? { ...message, id: idFor(rejection) } : args,
          );
          await discard();
        };
        return (
          <FailedMutation
            key={`${clientID}/${mutationID}`}
            refused={refused}
            user={props.user}
            people={props.people}
            marksOf={props.marksOf}
            retry={mayWrite ? () => again().catch(say) : undefined}
            edit={() => {
              restore({ content, replyTo });
              toBox();
              discard();
            }}
            copy={async () => {
              const copied = await copyText(content);
              say(copied ? late.failed.copied : late.failed.notCopied);
            }}
            discard={discard}
          />
        );
      })}
    </>
  );
}

const made = new Map<string, string>();

/**
 * The ID of what is sent in the place of a refused message: the same however
 * often and from whichever tab, so that it is there once. Of a client with a
 * strange ID, as no page of ours has, the same in this page.
 */
function idFor({ clientID, mutationID }: Rejection): string {
  const id = `${clientID}-${mutationID}`;
  if (/^[\w-]{1,64}$/.test(id)) return id;
  if (!made.has(id)) {
    made.set(id, crypto.getRandomValues(new Uint32Array(4)).join("-"));
  }
  return made.get(id)!;
}
