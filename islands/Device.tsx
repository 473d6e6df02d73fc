// On every page of a signed-in person: the search, the service worker, notifications,
// forms without a network, files that nothing takes, and leaving the page when somebody else is signed in.
import "./parts/shared/shared_chunk.ts";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { everyPageStrings } from "../lib/chat/strings/every_page.ts";
import { loadScript } from "../lib/replica/load_script.ts";
import { onSignedOut } from "./parts/shared/sign_out_channel.ts";
import { surviveTranslation } from "./parts/device/translation.ts";
import { SearchButton } from "./parts/search/SearchButton.tsx";

export default function Device({ userID }: { userID: string }) {
  const alert = useSignal("");

  useEffect(() => {
    const endSurvival = surviveTranslation();
    startServiceWorker();
    const unlisten = onSignedOut(() => location.replace("/signin"));
    // The page can be of someone who was signed in before: from the service
    // worker's cache, or from the browser's by its Back button.
    const check = () => document.hidden || leaveUnlessOwn(userID);
    const onPageShow = (event: PageTransitionEvent) =>
      event.persisted && leaveUnlessOwn(userID, true);
    check();
    startNotifyingOnceAllowed(userID).catch(console.warn);
    // Without a network the browser would show its own error page instead of the
    // form, and what was typed would be lost.
    const onSubmit = (event: SubmitEvent) => {
      const { method } = event.target as HTMLFormElement;
      if (event.defaultPrevented) return;
      const isLost = method === "post" && !navigator.onLine;
      alert.value = isLost ? everyPageStrings.needsNetwork : "";
      if (isLost) event.preventDefault();
    };
    const onOnline = () => {
      alert.value = "";
      check();
    };
    // static/theme.js keeps files from replacing the page. Where a room takes
    // them this is not told.
    const onDrop = ({ defaultPrevented }: DragEvent) => {
      if (defaultPrevented) alert.value = everyPageStrings.dropped;
    };
    const over = new AbortController();
    addEventListener("drop", onDrop, over);
    addEventListener("pageshow", onPageShow, over);
    addEventListener("online", onOnline, over);
    document.addEventListener("visibilitychange", check, over);
    document.addEventListener("submit", onSubmit, over);
    return () => {
      endSurvival();
      unlisten();
      over.abort();
    };
  }, []);

  return (
    <>
      <SearchButton userID={userID} />
      {alert.value && <p class="device refusal" role="alert">{alert}</p>}
    </>
  );
}

/** Registers the service worker, where there can be one, and has it store this page. */
async function startServiceWorker() {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  // Whether this page came through it. `controller` does not tell: it may have
  // taken over the page while that was loading.
  const [navigation] = performance.getEntriesByType(
    "navigation",
  ) as PerformanceNavigationTiming[];
  try {
    await serviceWorker.register("/sw.js");
    const { active } = await serviceWorker.ready;
    if (!navigation?.workerStart) active!.postMessage("keep");
  } catch (error) {
    console.warn("No service worker", error);
  }
}

/** Notifies from now on, or from when it is allowed in any tab. */
async function startNotifyingOnceAllowed(userID: string) {
  const start = async () => {
    const { startNotifying } = await loadScript(() =>
      import("./parts/device/notify.ts")
    );
    startNotifying(userID);
  };
  if (globalThis.Notification?.permission === "granted") return await start();
  // Undefined on plain http, where a page can't notify.
  const allowed = await navigator.permissions?.query({ name: "notifications" });
  if (!allowed) return;
  allowed.onchange = async () => {
    if (allowed.state !== "granted") return;
    allowed.onchange = null;
    await start().catch(console.warn);
  };
}

/**
 * Leaves a page whose person is not the one who is signed in. When nobody is
 * signed in the page stays, as it may hold unsent text, unless it is shown again
 * by the Back button.
 */
async function leaveUnlessOwn(userID: string, isBack = false) {
  const answer = await fetch("/api/session").catch(() => undefined);
  // An answer can break off as well.
  const user = answer?.ok ? await answer.json().catch(() => {}) : undefined;
  const isOther = user && user.userID !== userID;
  if (isOther || (isBack && answer?.status === 401)) location.replace("/");
}
