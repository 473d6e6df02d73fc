// Of what a person wants to be told on this device while they look elsewhere.
import { keep, kept } from "../shared/local_store.ts";

export type Wish = "nothing" | "mentions" | "all";

const KEY = "notices";

/** Mentions, unless something else was chosen. */
export const wish = (): Wish => kept<Wish>(KEY) ?? "mentions";

export const setWish = (wish: Wish): void => keep(KEY, wish);
