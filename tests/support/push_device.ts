// A browser that can subscribe to notices, which a headless one can't: its push service is the test's.
import type { Page, Worker } from "playwright-core";
import type { Device } from "./browser.ts";
import type { DeviceKeys, PushService } from "./push_service.ts";

/** A page of a device whose owner has allowed notifications; what it subscribes is `name` at the push service. */
export async function pushDevice(
  device: Device,
  url: string,
  service: PushService,
  name: string,
): Promise<Page> {
  const page = await device(url);
  const keys = await service.subscribe(name);
  await page.context().addInitScript((keys) => {
    if (!globalThis.PushManager) return; // a tab's first, empty page
    Object.defineProperty(Notification, "permission", {
      get: () => document.cookie.includes("denied") ? "denied" : "granted",
    });
    // Kept as a browser does: until it is unsubscribed.
    const KEY = "the browser's subscription";
    const own = () => {
      const key = localStorage.getItem(KEY);
      if (key === null) return null;
      const bytes = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
      return {
        ...keys,
        options: {
          applicationServerKey: Uint8Array.from(
            bytes,
            (each) => each.charCodeAt(0),
          ).buffer,
        },
        toJSON: () => keys,
        unsubscribe() {
          localStorage.removeItem(KEY);
          return Promise.resolve(true);
        },
      };
    };
    Object.assign(PushManager.prototype, {
      getSubscription: () => Promise.resolve(own()),
      subscribe({ applicationServerKey }: { applicationServerKey: string }) {
        localStorage.setItem(KEY, applicationServerKey);
        return Promise.resolve(own());
      },
    });
  }, keys);
  return page;
}

/** What a service worker is told and shows, where the browser shows nothing. */
export type ShownNotice = {
  title: string;
  body: string;
  tag: string;
  data: { url: string };
};

/** A page's service worker, by which pushes are shown and clicked. */
export class NoticeWorker {
  private constructor(
    private readonly worker: Worker,
    private readonly deliverTo: (data: string) => Promise<void>,
  ) {}

  static async of(page: Page): Promise<NoticeWorker> {
    await page.evaluate(() => navigator.serviceWorker.ready);
    const devtools = await page.context().newCDPSession(page);
    const { promise, resolve } = Promise.withResolvers<string>();
    devtools.on(
      "ServiceWorker.workerRegistrationUpdated",
      ({ registrations: [first] }) => first && resolve(first.registrationId),
    );
    await devtools.send("ServiceWorker.enable");
    const registrationId = await promise;
    const { origin } = new URL(page.url());
    const [worker] = page.context().serviceWorkers();
    await worker.evaluate(() => {
      // deno-lint-ignore no-explicit-any -- the worker's own globals
      const self = globalThis as any;
      const standing = new Map<string, unknown>();
      const log: string[] = self.log = [];
      self.registration.showNotification = (
        title: string,
        options: { tag: string },
      ) => {
        const { tag } = options;
        const close = () => standing.delete(tag);
        standing.set(tag, { title, ...options, close });
        return Promise.resolve();
      };
      self.registration.getNotifications = () =>
        Promise.resolve([...standing.values()]);
      self.navigator.setAppBadge = (n: number) => {
        log.push(`badge ${n}`);
        return Promise.resolve();
      };
      // These want a click by a person.
      self.WindowClient.prototype.focus = function () {
        log.push("focused");
        return Promise.resolve(this);
      };
      self.clients.openWindow = (url: string) => {
        log.push(`opened ${url}`);
        return Promise.resolve();
      };
    });
    return new NoticeWorker(worker, async (data) => {
      await devtools.send("ServiceWorker.deliverPushMessage", {
        origin,
        registrationId,
        data,
      });
    });
  }

  /** The push service delivers a notice. */
  deliver(notice: unknown): Promise<void> {
    return this.deliverTo(JSON.stringify(notice));
  }

  standing(): Promise<ShownNotice[]> {
    return this.worker.evaluate(async () => {
      // deno-lint-ignore no-explicit-any -- the worker's own globals
      const { registration } = globalThis as any;
      const all: ShownNotice[] = await registration.getNotifications();
      return all.map(({ title, body, tag, data }) => ({
        ...{ title, body, tag, data },
      }));
    });
  }

  /** Waits until the notices of these messages stand, and no others. */
  async until(...tags: string[]): Promise<void> {
    for (;;) {
      const standing = await this.standing();
      if (standing.map(({ tag }) => tag).join() === tags.join()) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** A person clicks a notice that stands; what came of it is waited for. */
  click(tag: string): Promise<void> {
    return this.worker.evaluate(async (tag) => {
      // deno-lint-ignore no-explicit-any -- the worker's own globals
      const self = globalThis as any;
      const standing = await self.registration.getNotifications();
      const notification = standing
        .find((notice: ShownNotice) => notice.tag === tag);
      let done: Promise<void> | undefined;
      const waitUntil = (work: Promise<void>) => done = work;
      const event = new Event("notificationclick");
      dispatchEvent(Object.assign(event, { notification, waitUntil }));
      await done;
    }, tag);
  }

  /** The browser has made another subscription by itself. */
  renew(keys: DeviceKeys): Promise<void> {
    return this.worker.evaluate(async (keys) => {
      let done: Promise<void> | undefined;
      const waitUntil = (work: Promise<void>) => done = work;
      const newSubscription = { toJSON: () => keys };
      const event = new Event("pushsubscriptionchange");
      dispatchEvent(Object.assign(event, { newSubscription, waitUntil }));
      await done;
    }, keys);
  }

  /** Badges, and windows that were focused and opened. */
  log(): Promise<string[]> {
    // deno-lint-ignore no-explicit-any -- the worker's own globals
    return this.worker.evaluate(() => (globalThis as any).log);
  }
}
