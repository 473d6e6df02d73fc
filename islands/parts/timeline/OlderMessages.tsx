// Brings older messages onto the page, and those of a gap: from this device first, then from the server. By a button, or by itself as the reader comes near.
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { MESSAGES } from "../../../lib/chat/queries.ts";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import type { Gap } from "../../../lib/replica/mod.ts";
import type { RoomReplica } from "../shared/replicas.ts";
import { until } from "../shared/until.ts";
import { type History, PAGE_SIZE } from "./useHistory.ts";

const words = roomOnUseStrings.history;

/** Whether some came, nothing is left, or there was no answer. */
type Result = "some" | "none" | "failed";

type LoaderProps = {
  history: History;
  /** Undefined until what is shown is what it holds. */
  replica: RoomReplica | undefined;
  scroller: RefObject<HTMLElement>;
};

/** Stands above all that is shown. */
export function OlderMessages(props: LoaderProps) {
  const { history, replica } = props;
  return (
    <Loader
      {...props}
      label={words.older}
      edge={history.messages[0]?.id}
      load={() => showOlder(replica, history)}
    />
  );
}

/** Stands between two parts, and brings what is missing from both of them on. */
export function MissingMessages(props: LoaderProps & { gap: Gap }) {
  const { history, replica, gap: { from, to } } = props;
  return (
    <Loader
      {...props}
      label={words.missing}
      edge={`${from} ${to}`}
      load={async (side) => {
        const ends = { above: [from!], below: [to], both: [from!, to] };
        let result: Result = "none";
        for (const order of ends[side]) {
          result = await bringNextTo(replica, history, order);
        }
        return result;
      }}
    />
  );
}

type Side = "above" | "below" | "both";

function Loader(
  { history, scroller, label, edge, load }: LoaderProps & {
    label: string;
    /** Another one once something has come. */
    edge: string | undefined;
    /** Told on which side of it the reader is, where that is what they come from. */
    load: (side: Side) => Result | Promise<Result>;
  },
) {
  const root = useRef<HTMLDivElement>(null);
  const failed = useSignal(false);
  const loading = history.loading.value;

  async function start(side: Side) {
    failed.value = false;
    failed.value = await load(side) === "failed";
  }

  useEffect(() => {
    // Once it has failed, it is for a person to try again.
    if (loading || failed.value) return;
    const observer = new IntersectionObserver((entries) => {
      const entry = entries.at(-1)!;
      const { scrollTop = 0 } = scroller.current ?? {};
      // Where all fits on the screen, nobody has asked for more yet.
      if (!entry.isIntersecting || scrollTop >= 0) return;
      const { rootBounds, boundingClientRect: { top } } = entry;
      const middle = rootBounds ? (rootBounds.top + rootBounds.bottom) / 2 : 0;
      start(top > middle ? "above" : "below");
    }, { root: scroller.current, rootMargin: "600px 0px" });
    observer.observe(root.current!);
    return () => observer.disconnect();
  }, [loading, failed.value, edge]);

  // It goes once all is there: who was at it stays in the log.
  useLayoutEffect(() => {
    const { current } = root;
    return () => {
      if (!current?.contains(document.activeElement)) return;
      scroller.current?.focus({ preventScroll: true });
    };
  }, []);

  return (
    <div ref={root} class="older">
      <button
        type="button"
        class="quiet"
        aria-disabled={loading} // disabled it would lose the focus
        onClick={() => loading || start("both")}
      >
        {loading ? words.loading : label}
      </button>
      {failed.value && !loading && <p class="hint">{words.failed}</p>}
    </div>
  );
}

/** Shows older messages, if there are any. */
function showOlder(
  replica: RoomReplica | undefined,
  history: History,
): Result | Promise<Result> {
  const { still, shown, latest } = history;
  still.value = false;
  const { all, gaps, first, end, messageCount } = latest.current;
  if (shown.value < all.length - first) {
    shown.value += PAGE_SIZE;
    return "some";
  }
  if (!replica) return "failed";
  if (!end) return "none";
  // The window is what goes on from the newest.
  if (end !== gaps?.[0]) return bringNextTo(replica, history, end.to);
  return load(replica, history, async () => {
    // The replica may have held more than it does, where much was deleted: then
    // the server has nothing to add until more than that is asked for.
    let window = all.length - first;
    let newest: Gap | undefined = end;
    for (let step = PAGE_SIZE; newest?.to === end.to; step *= 2) {
      if (step > PAGE_SIZE && window >= messageCount) return;
      await replica.widen(window += step);
      [newest] = await replica.gaps(MESSAGES) ?? [];
    }
  });
}

/** Brings what is missing next to the `seq` of a message at the end of a part. */
const bringNextTo = (
  replica: RoomReplica | undefined,
  history: History,
  order: number,
) =>
  load(replica, history, (replica) => replica.bring({ key: MESSAGES, order }));

/** Has a message on the page with the next rendering, and those around it, however old it is. */
export async function showMessage(
  replica: RoomReplica,
  history: History,
  id: string,
): Promise<Result> {
  const { still, shown, since, loading, latest } = history;
  if (loading.peek()) return "some"; // after it one looks again
  const find = () => latest.current.all.findIndex((each) => each.id === id);
  if (find() < 0) {
    if (latest.current.gaps?.length === 0) return "none";
    const key = MESSAGES + id;
    let isThere = false;
    const result = await load(replica, history, async () => {
      await replica.bring({ key });
      isThere = await replica.query((tx) => tx.has(key));
      await until(() => !isThere || find() >= 0);
    });
    if (result === "failed") return result;
    if (!isThere) return "none";
  }
  const i = find();
  const { all } = latest.current;
  if (i < 0) return "failed"; // it is there, and not on the page in time
  still.value = false;
  since.value = Math.min(since.value, all[i].seq);
  shown.value = Math.max(shown.value, all.length - i + PAGE_SIZE);
  return "some";
}

/** Asks the server, and waits until what has come is on the page. */
async function load(
  replica: RoomReplica | undefined,
  { shown, loading, latest }: History,
  ask: (replica: RoomReplica) => Promise<void>,
): Promise<Result> {
  if (!replica) return "failed";
  if (loading.peek()) return "some"; // it is on its way
  loading.value = true;
  // They count from the newest on: what comes must not take the place of others.
  shown.value += PAGE_SIZE;
  const before = JSON.stringify(latest.current.gaps);
  try {
    await ask(replica);
    const now = JSON.stringify(await replica.gaps(MESSAGES));
    await until(() => JSON.stringify(latest.current.gaps) === now);
    return now === before ? "none" : "some";
  } catch (error) {
    console.warn("No older messages for now", error);
    return "failed";
  } finally {
    loading.value = false;
  }
}
