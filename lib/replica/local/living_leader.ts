// One tab that leads, as `elect` has it, and that lives: one that is frozen, as phones do it to those in the background, keeps its lock and does nothing.
import { elect } from "./web_locks.ts";

/** How often a tab looks whether the leading one was heard of, in milliseconds. */
const CHECK_INTERVAL = 10_000;
/** After so many of them in silence it is asked; when there is no answer until the next one it loses the lead. */
const CHECKS_IN_SILENCE = 2;

/**
 * Makes this tab a candidate, which takes the lead from a tab that does not
 * answer. `lead` is called once this tab leads, and gives back what ends its
 * lead: called when the tab resigns, by the function that is returned here, and
 * when it turns out that another has taken the lead.
 */
export function electLiving(name: string, lead: () => () => void): () => void {
  /** When this tab began to lead, no two at once; 0 while it does not. */
  let since = 0;
  let checks = 0;
  let resign = () => {};
  const channel = new BroadcastChannel(`lead/${name}`);
  // 0 asks who leads; all else says it.
  const say = () => channel.postMessage(since);
  const stand = (steal: boolean) => {
    resign();
    resign = elect(name, () => {
      since = Date.now() + Math.random();
      say();
      const end = lead();
      return () => {
        if (since > 0) end();
        since = 0;
      };
    }, steal);
  };
  channel.onmessage = ({ data }: MessageEvent<number>) => {
    if (data > 0) checks = 0;
    if (since > 0 && data < since) say();
    // Awake again it was replaced, which not every kind of lock says. It stands
    // no more before the other is silent: where there are no locks at all the
    // two would take the lead from each other for ever.
    if (since > 0 && data > since) resign();
  };
  const timer = setInterval(() => {
    if (since > 0) return say();
    checks++;
    if (checks === CHECKS_IN_SILENCE) say();
    if (checks <= CHECKS_IN_SILENCE) return;
    checks = 0;
    stand(true);
  }, CHECK_INTERVAL);
  stand(false);
  return () => {
    clearInterval(timer);
    resign();
    channel.close();
  };
}
