// Which messages this device notifies of: what its person has chosen in the settings.
import type { Wanted } from "../../../lib/chat/news.ts";
import { read, write } from "../shared/local_store.ts";

export type NotificationChoice = Wanted;

const KEY = "notices";

/** Mentions, unless something else was chosen. */
export const notificationChoice = (): NotificationChoice =>
  read<NotificationChoice>(KEY) ?? "mentions";

export const saveNotificationChoice = (choice: NotificationChoice): void =>
  write(KEY, choice);
