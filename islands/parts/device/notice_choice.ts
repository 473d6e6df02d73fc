// Of what a person wants to be told on this device while they look elsewhere.
import { read, write } from "../shared/local_store.ts";

export type NoticeChoice = "nothing" | "mentions" | "all";

const KEY = "notices";

/** Mentions, unless something else was chosen. */
export const noticeChoice = (): NoticeChoice =>
  read<NoticeChoice>(KEY) ?? "mentions";

export const setNoticeChoice = (wish: NoticeChoice): void => write(KEY, wish);
