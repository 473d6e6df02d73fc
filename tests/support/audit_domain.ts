// A domain for recorded histories: its entries count what each client did, so that a lost, doubled or reordered mutation shows.
import type { ReadonlyJSONValue, WriteTransaction } from "replicache";
import type { Domain, User } from "../../lib/sync/mod.ts";

/** What a client's deeds have come to: `last` is a mutation's ID. */
export type Told = { times: number; last: number; back: boolean };

/** An item of the windowed collection. */
export type Item = { n: number; by: string };

export type Deed =
  | { deed: "say" }
  | { deed: "add" | "lift" | "sink" | "drop"; id: string }
  | { deed: "fill"; size: number }
  | { deed: "refuse" | "break" | "outgrow" };

/** Whether the server is to refuse a mutation that does this. */
export const isBad = ({ deed }: Deed): boolean =>
  ["refuse", "break", "outgrow"].includes(deed);

async function act(tx: WriteTransaction, args: Deed): Promise<void> {
  // Not to be repeated without being seen, unlike most mutators of an app.
  const key = `told/${tx.clientID}`;
  const told = await tx.get(key) as Told | undefined;
  await tx.set(key, {
    times: (told?.times ?? 0) + 1,
    last: tx.mutationID,
    back: (told?.back ?? false) || (told?.last ?? 0) >= tx.mutationID,
  });
  const total = await tx.get("total") as number | undefined;
  await tx.set("total", (total ?? 0) + 1);
  switch (args.deed) {
    case "say":
      return;
    case "add":
      return await place(tx, args.id, (newest) => newest + 1);
    case "lift":
      return await place(tx, args.id, (newest) => newest + 2);
    case "sink":
      return await place(tx, args.id, (newest) => Math.floor(newest / 2));
    case "drop":
      return void await tx.del(`item/${args.id}`);
    case "fill":
      return await tx.set(`fill/${args.size % 3}`, "é".repeat(args.size));
    case "refuse":
      throw Object.assign(new Error("No."), { code: "no" });
    case "break":
      throw new RangeError("a secret of the server");
    case "outgrow":
      return await tx.set("huge", "x".repeat(60_000));
  }
}

/** Puts an item at a place in the order that follows from the newest one's. */
async function place(
  tx: WriteTransaction,
  id: string,
  where: (newest: number) => number,
): Promise<void> {
  const newest = await tx.get("newest") as number | undefined ?? 0;
  const n = where(newest);
  await tx.set(`item/${id}`, { n, by: tx.clientID } satisfies Item);
  if (n > newest) await tx.set("newest", n);
}

/** The domain; items are windowed by `n`. */
export const auditDomain: Domain<User> = {
  schemaVersion: 1,
  mutators: () => ({
    act: (tx, args) => act(tx, args as Deed),
    /** As `act`, by somebody who takes a fault of storage for an absent entry. */
    async actCarelessly(tx: WriteTransaction, args?: ReadonlyJSONValue) {
      await tx.get("elsewhere").catch(() => undefined);
      await act(tx, args as Deed);
    },
  }),
  collections: () => [{
    prefix: "item/",
    order: (value) => (value as Item).n,
  }],
  guards: () => false,
};
