// Imports rooms from a file or folder: what is in it, how far it is, and what became of each.
import "./parts/shared/shared_chunk.ts";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { TargetedEvent } from "preact";
import type { RoomSource } from "../lib/chat/transfer/sources.ts";
import { lobbyStrings } from "../lib/chat/strings/lobby.ts";
import { transferStrings as words } from "../lib/chat/strings/transfer.ts";
import { loadScript } from "../lib/replica/load_script.ts";
import { AnswerRefused } from "./parts/shared/ask_until_answered.ts";
import { errorWords } from "./parts/shared/error_words.ts";
import { initiallyChecked } from "./parts/shared/initial_value.ts";
import { importRoom } from "./parts/transfer/import_room.ts";
import { ImportResult, type Result } from "./parts/transfer/ImportResult.tsx";

/** Each room that was chosen, and how much of it is there, from 0 to 1. */
type UnderWay = { name: string; part: number; isWaiting: boolean };

export default function Import({ userID }: { userID: string }) {
  const alive = useSignal(false);
  const chosen = useSignal<readonly RoomSource[]>([]);
  const problem = useSignal("");
  const underWay = useSignal<UnderWay | undefined>(undefined);
  const results = useSignal<readonly Result[]>([]);
  const job = useRef<AbortController | undefined>(undefined);
  const outcome = useRef<HTMLDivElement>(null);
  useEffect(() => {
    alive.value = true;
    return () => job.current?.abort();
  }, []);

  async function look(
    { currentTarget: input }: TargetedEvent<HTMLInputElement>,
  ) {
    const isFolder = input.id === "folder";
    const other = input.form!.elements.namedItem(isFolder ? "file" : "folder");
    (other as HTMLInputElement).value = "";
    chosen.value = [];
    problem.value = "";
    const all = [...input.files ?? []];
    if (all.length === 0) return;
    problem.value = words.reading;
    try {
      const { roomsInFile, roomsInFolder } = await loadScript(() =>
        import("./parts/transfer/chosen.ts")
      );
      chosen.value =
        await (isFolder ? roomsInFolder(all) : roomsInFile(all[0]));
      problem.value = "";
    } catch (error) {
      problem.value = errorWords(error);
    }
  }

  async function submit(event: TargetedEvent<HTMLFormElement, SubmitEvent>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const wanted = new Set(form.getAll("room"));
    const rooms = chosen.value.filter((_, i) =>
      chosen.value.length === 1 || wanted.has(`${i}`)
    );
    const wishes = {
      visibility: form.get("visibility") === "public"
        ? "public" as const
        : "private" as const,
      skip: form.has("skip"),
    };
    const { signal } = job.current = new AbortController();
    results.value = [];
    for (const room of rooms) {
      const { name } = room;
      underWay.value = { name, part: 0, isWaiting: false };
      const note = (news: Partial<UnderWay>) =>
        underWay.value = { ...underWay.peek()!, ...news };
      const end = (result: Omit<Result, "name">) =>
        results.value = [...results.value, { name, ...result }];
      try {
        const tell = (part: number) => note({ part });
        const onAnswer = (isWaiting: boolean) => note({ isWaiting });
        const asker = { userID, signal, onAnswer };
        end({ imported: await importRoom(room, wishes, asker, tell) });
      } catch (error) {
        const why = signal.aborted
          ? words.stopped(name)
          : error instanceof AnswerRefused
          ? error.message
          : errorWords(error);
        end({ problem: why });
        if (signal.aborted) break;
      }
    }
    underWay.value = undefined;
  }

  // The form can't be used now, so that the focus would fall to the page's beginning.
  const stage = underWay.value ? -1 : results.value.length;
  useEffect(() => {
    if (stage === 0 || outcome.current!.contains(document.activeElement)) {
      return;
    }
    outcome.current!.focus();
    outcome.current!.scrollIntoView({ block: "nearest" });
  }, [stage]);

  const isFree = alive.value && !underWay.value;
  return (
    <>
      <div ref={outcome} class="outcome" tabIndex={-1}>
        {underWay.value && (
          <Progress
            {...underWay.value}
            stop={() => job.current?.abort()}
          />
        )}
        {results.value.map((result, i) => <ImportResult key={i} {...result} />)}
      </div>
      <form class="card fields new-room" onSubmit={submit}>
        <label for="file">{words.file}</label>
        <input
          id="file"
          type="file"
          accept=".jsonl,.ndjson,.zip,application/zip"
          aria-describedby="file-hint"
          disabled={!isFree}
          onChange={look}
        />
        <p id="file-hint" class="hint">{words.fileHint}</p>
        <label for="folder">{words.folder}</label>
        <input
          id="folder"
          type="file"
          {
            // Preact's types lack it.
            ...{ webkitdirectory: true }
          }
          disabled={!isFree}
          onChange={look}
        />
        {problem.value && <p class="hint" role="status">{problem.value}</p>}
        {chosen.value.length > 1 && (
          <fieldset class="rooms-to-import" disabled={!isFree}>
            <legend>{words.rooms}</legend>
            {chosen.value.map(({ name, source }, i) => (
              <label key={source} class="choice">
                <input type="checkbox" name="room" value={i} defaultChecked />
                <span dir="auto">{name}</span>
              </label>
            ))}
          </fieldset>
        )}
        <fieldset disabled={!isFree}>
          <legend>{lobbyStrings.who}</legend>
          <label class="choice">
            <input
              type="radio"
              name="visibility"
              value="private"
              {...initiallyChecked(true)}
            />
            <span>
              {lobbyStrings.invited}
              <small>{lobbyStrings.invitedHint}</small>
            </span>
          </label>
          <label class="choice">
            <input type="radio" name="visibility" value="public" />
            <span>
              {lobbyStrings.everyone}
              <small>{lobbyStrings.everyoneHint}</small>
            </span>
          </label>
        </fieldset>
        <fieldset disabled={!isFree}>
          <label class="choice">
            <input type="checkbox" name="skip" />
            <span>
              {words.skip}
              <small>{words.skipHint}</small>
            </span>
          </label>
        </fieldset>
        <div class="row">
          <button
            type="submit"
            disabled={!isFree || chosen.value.length === 0}
          >
            {words.submit}
          </button>
        </div>
      </form>
    </>
  );
}

type ProgressProps = UnderWay & { stop: () => void };

function Progress({ name, part, isWaiting, stop }: ProgressProps) {
  return (
    <section class="card import-progress" aria-label={words.progress}>
      <progress aria-label={words.progress} max={1} value={part} />
      <p dir="auto">{words.percent(name, Math.floor(100 * part))}</p>
      <p class="hint" role="status">{isWaiting && words.waiting}</p>
      <p class="hint">{words.stopHint}</p>
      <button type="button" class="quiet" onClick={stop}>{words.stop}</button>
    </section>
  );
}
