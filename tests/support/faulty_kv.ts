// Wraps a KV so that chosen calls fail as they do in a real one.
import { type Call, type Gate, gatedKv, through } from "./gated_kv.ts";
import { NEVER, type Simulation } from "./simulation.ts";

/**
 * What can go wrong at a call. `lost`: it was never done. `late`: it was done,
 * and the answer got lost. `locked`: another process writes. `conflict`: a
 * commit's check fails, another was faster. `death` and `late death`: the
 * process ends, before or after it was done.
 */
export const FAULTS = [
  "lost",
  "late",
  "locked",
  "conflict",
  "death",
  "late death",
] as const;
export type Fault = typeof FAULTS[number];

/** Says of each call whether it is to fail. No real KV lies: says that it has committed, and has not. */
export type Plan = (call: Call) => Fault | "lie" | undefined;

/** A process, as far as KV can tell. */
export class Process {
  readonly kv: Deno.Kv;
  /** Rejects when the process ends. */
  readonly died = Promise.withResolvers<never>();
  alive = true;

  constructor(
    kv: Deno.Kv,
    private readonly world: Simulation,
    private readonly plan: Plan,
    recorder: Gate,
    checks: (key: Deno.KvKey) => boolean,
  ) {
    this.died.promise.catch(() => {}); // nobody may be asking it anything
    const gate: Gate = (call, run) => this.#call(call, run);
    // Small batches tear long reads in more places.
    this.kv = gatedKv(kv, through(gate, recorder), 3, checks);
  }

  die(): void {
    this.alive = false;
    this.died.reject(new Error("The server has ended."));
  }

  async #call<T>(call: Call, run: () => Promise<T>): Promise<T> {
    const { world } = this;
    if (!this.alive) return await new Promise<never>(() => {});
    const result = await this.#send(call, run);
    // An answer takes its time: what it says may not be so any more.
    if (world.random.chance(0.1)) await world.sleep(world.random.below(40));
    if (world.random.chance(0.5) || !this.alive) {
      await world.soon(() => Promise.resolve(this.alive ? null : NEVER));
    }
    return result;
  }

  #send<T>(call: Call, run: () => Promise<T>): Promise<T> {
    return this.world.soon(async () => {
      if (!this.alive) {
        // Nobody hears of it any more, but what had been sent may arrive.
        if (this.world.random.chance(0.5)) await run().catch(() => {});
        return NEVER;
      }
      switch (this.plan(call)) {
        case "conflict":
          return call.checks.length > 0 ? { ok: false } as T : await run();
        case "lie":
          return call.kind === "commit"
            ? { ok: true, versionstamp: "0" } as T
            : await run();
        case "locked":
          throw new TypeError("database is locked");
        case "lost":
          throw new Error("The connection was lost.");
        case "late":
          await run();
          throw new Error("The connection was lost.");
        case "late death":
          await run();
          this.die();
          return NEVER;
        case "death":
          this.die();
          return NEVER;
        default:
          return await run();
      }
    });
  }
}
