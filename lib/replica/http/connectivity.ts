// Follows what the browser says of the network, which is a hint: one that knows of none can still reach a server on its own machine.

const SECOND_CHECK_DELAY = 2_000; // ms

type Connectivity = {
  /** Pushes and pulls: the network is back, or the page is looked at again. */
  sync: () => void;
  /** Asks the server for news, and so whether it is there. */
  check: () => void;
};

/**
 * Follows the network until the returned function is called. When the browser
 * says that there is none the server is asked whether that is so, and a moment
 * later again: the network may still let the first question through.
 */
export function followConnectivity({ sync, check }: Connectivity): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const onOffline = () => {
    clearTimeout(timer);
    check();
    timer = setTimeout(check, SECOND_CHECK_DELAY);
  };
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
