// This browser as the app's device, on every page: searches what is on it, keeps it working without a network, notifies, follows who is signed in.
import "./parts/shared/common.ts";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { everyPageStrings } from "../lib/chat/strings/every_page.ts";
import { onSignedOut } from "./parts/shared/signed_out.ts";
import { SearchButton } from "./parts/search/SearchButton.tsx";

export default function Device({ userID }: { userID: string }) {
  const refused = useSignal(false);

  useEffect(() => {
    keepOffline();
    const unlisten = onSignedOut(() => location.replace("/signin"));
    // The page can be of someone who was here before: kept by the service
    // worker, or come back to with the browser's own button.
    const check = () => document.hidden || leaveUnless(userID);
    const onPageShow = (event: PageTransitionEvent) =>
      event.persisted && leaveUnless(userID, true);
    check();
    notifyOnceAllowed(userID).catch(console.warn);
    // A form that cannot be sent would leave the person on the browser's own
    // error page, and what they typed behind it.
    const onSubmit = (event: SubmitEvent) => {
      const { method } = event.target as HTMLFormElement;
      if (event.defaultPrevented) return;
      refused.value = method === "post" && !navigator.onLine;
      if (refused.value) event.preventDefault();
    };
    const onOnline = () => {
      refused.value = false;
      check();
    };
    addEventListener("pageshow", onPageShow);
    addEventListener("online", onOnline);
    document.addEventListener("visibilitychange", check);
    document.addEventListener("submit", onSubmit);
    return () => {
      unlisten();
      removeEventListener("pageshow", onPageShow);
      removeEventListener("online", onOnline);
      document.removeEventListener("visibilitychange", check);
      document.removeEventListener("submit", onSubmit);
    };
  }, []);

  return (
    <>
      <SearchButton userID={userID} />
      {refused.value && (
        <p class="device refusal" role="alert">
          {everyPageStrings.needsNetwork}
        </p>
      )}
    </>
  );
}

/** Has the service worker keep the app, where there can be one. */
async function keepOffline() {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  // Whether this page came past it: `controller` would not say so of one that
  // it took over while it loaded.
  const [navigation] = performance.getEntriesByType(
    "navigation",
  ) as PerformanceNavigationTiming[];
  try {
    await serviceWorker.register("/sw.js");
    const { active } = await serviceWorker.ready;
    if (!navigation?.workerStart) active!.postMessage("keep");
  } catch (error) {
    console.warn("Not kept", error);
  }
}

/** Notifies from now on, or from when somebody allows it, in whichever tab. */
async function notifyOnceAllowed(userID: string) {
  const start = async () => {
    const { startNotifying } = await import("./parts/device/notify.ts");
    startNotifying(userID);
  };
  if (globalThis.Notification?.permission === "granted") return await start();
  // Not on plain http, where nothing notifies.
  const allowed = await navigator.permissions?.query({ name: "notifications" });
  if (!allowed) return;
  allowed.onchange = async () => {
    if (allowed.state !== "granted") return;
    allowed.onchange = null;
    await start().catch(console.warn);
  };
}

/**
 * Leaves a page whose person is not the one signed in any more. That nobody is
 * leaves it as it is, for what may be unsent in it, unless it was left before.
 */
async function leaveUnless(userID: string, wasLeft = false) {
  const answer = await fetch("/api/session").catch(() => undefined);
  // The network may go in the midst of the answer, too.
  const who = answer?.ok ? await answer.json().catch(() => {}) : undefined;
  const isOther = who && who.userID !== userID;
  if (isOther || (wasLeft && answer?.status === 401)) location.replace("/");
}
