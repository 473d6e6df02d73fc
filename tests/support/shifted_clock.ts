// Shifts the clock of a process or a page: what was recorded some day is played again on that day.

/** Adds so many milliseconds to what `Date` takes for now; timers stay. It needs nothing from outside, so that it runs in a page, too. */
export function shiftClock(by: number): void {
  const RealDate = Date;
  globalThis.Date = class extends RealDate {
    constructor(...args: unknown[]) {
      super(...(args.length > 0 ? args : [RealDate.now() + by]) as [number]);
    }
    static override now = () => RealDate.now() + by;
  } as DateConstructor;
}

// Loaded before a server's main module: `--preload=shifted_clock.ts?by=-1000`.
const by = Number(new URL(import.meta.url).searchParams.get("by"));
if (by) shiftClock(by);
