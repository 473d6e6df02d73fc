// Ada and Bob in General, on a server of their own: where most tests in a browser begin.
import type { BrowserContextOptions, Page } from "playwright-core";
import type { Device } from "./browser.ts";
import { enter } from "./room_page.ts";
import { type Server, startServer } from "./server.ts";

/** The server and people's pages, which may write in General. */
type InGeneral<People> = People & AsyncDisposable & { server: Server };

/** Ada, on one device; `prepare` is called with her page before it is opened. */
export async function onePerson(
  device: Device,
  options?: BrowserContextOptions,
  prepare?: (ada: Page) => unknown,
): Promise<InGeneral<{ ada: Page }>> {
  const server = await startServer();
  const ada = await device(server.url, options);
  await prepare?.(ada);
  await enter(ada, "Ada");
  return inGeneral(server, { ada });
}

/** Ada and Bob, each on a device. */
export async function twoPeople(
  device: Device,
): Promise<InGeneral<{ ada: Page; bob: Page }>> {
  const server = await startServer();
  const open = async (name: string) => {
    const page = await device(server.url);
    await enter(page, name);
    return page;
  };
  const [ada, bob] = await Promise.all([open("Ada"), open("Bob")]);
  return inGeneral(server, { ada, bob });
}

/** Ada, and a phone of hers on which she is signed in and no page is open yet. */
export async function twoDevices(
  device: Device,
): Promise<InGeneral<{ ada: Page; phone: Page }>> {
  const server = await startServer();
  const ada = await device(server.url);
  await enter(ada, "Ada");
  const phone = await device(server.url);
  await phone.context().addCookies(await ada.context().cookies());
  return inGeneral(server, { ada, phone });
}

const inGeneral = <People>(
  server: Server,
  people: People,
): InGeneral<People> => ({
  ...people,
  server,
  [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
});
