// What the browser says of the network, which is a hint: one that knows none can still reach a server on its own machine.

/** In milliseconds. Beside a server on the same machine it is asked as often all the time that there is no network. */
const AGAIN = 2_000;

type Following = {
  /** Brings all in step: the network is back, or the page is looked at again. */
  sync: () => void;
  /** Asks the server for news, and so whether it is there. */
  ask: () => void;
  /** Whether it has answered last. */
  answers: () => boolean;
};

/**
 * Follows the network until the returned function is called. While the browser
 * says that there is none the server is asked whether that is so, until it does
 * not answer: the first question can be one that the network still let through.
 */
export function followNetwork({ sync, ask, answers }: Following): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  function onOffline(): void {
    clearTimeout(timer);
    ask();
    timer = setTimeout(() => {
      if (!navigator.onLine && answers()) onOffline();
    }, AGAIN);
  }
  const onVisible = () => document.hidden || sync();
  addEventListener("online", sync);
  addEventListener("offline", onOffline);
  document.addEventListener("visibilitychange", onVisible);
  return () => {
    clearTimeout(timer);
    removeEventListener("online", sync);
    removeEventListener("offline", onOffline);
    document.removeEventListener("visibilitychange", onVisible);
  };
}
