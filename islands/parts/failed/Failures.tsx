// All that the server refused in this room, at the end of the log until its author has decided on it.
import type { Mark } from "../../../lib/chat/marks.ts";
import { spokenLate as late } from "../../../lib/chat/spoken_late.ts";
import type { User } from "../../../lib/chat/views.ts";
import type { Rejection } from "../../../lib/replica/mod.ts";
import { copyText } from "../message/copy.ts";
import type { People } from "../usePeople.ts";
import type { RoomReplica } from "../useRoom.ts";
import { Failed } from "./Failed.tsx";
import { refusedBy } from "./refused.ts";

export type FailuresProps = {
  rejections: readonly Rejection[];
  user: User;
  people: People;
  marksOf: (content: string) => readonly Mark[];
  replica: RoomReplica | undefined;
  /** Whether one may write here now. */
  mayWrite: boolean;
  send: (content: string, replyTo?: string) => Promise<void>;
  restore: (content: string, replyTo?: string) => void;
  /** Tells of something that did not work, or that did. */
  say: (what: unknown) => void;
};

type Mutate = Record<string, (args: Rejection["args"]) => Promise<unknown>>;

export function Failures(props: FailuresProps) {
  const { rejections, replica, mayWrite, send, restore, say } = props;
  const mutate = replica?.mutate as Mutate | undefined;
  return (
    <>
      {rejections.map((rejection) => {
        const { clientID, mutationID, name, args } = rejection;
        const refused = refusedBy(rejection);
        const { kind, content, replyTo } = refused;
        const discard = () =>
          replica?.mutate.dismissRejection({ clientID, mutationID })
            .catch(say);
        const again = async () => {
          // A new message goes under a new ID: the old one may be taken.
          if (kind === "message") await send(content, replyTo);
          // The very args that this mutator was refused.
          else await mutate?.[name](args);
          await discard();
        };
        return (
          <Failed
            key={`${clientID}/${mutationID}`}
            refused={refused}
            user={props.user}
            people={props.people}
            marksOf={props.marksOf}
            retry={mayWrite ? () => void again().catch(say) : undefined}
            edit={() => {
              restore(content, replyTo);
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
