// What processes take of the machine, as Linux counts it in `/proc`.

/** How much processor time was used by then, in milliseconds, all cores together. */
export type Usage = {
  /** By the processes that were asked about, and their children. */
  used: number;
  /** Of the machine: how much there was, and how much of that nobody used. */
  all: number;
  idle: number;
};

const MS_PER_TICK = 10; // USER_HZ is 100 wherever Deno runs on Linux

/** Whether this machine counts so. */
export const countsUsage = Deno.build.os === "linux";

/** @param pids of the processes; their children count as well, those that have ended too. */
export function usageOf(pids: readonly number[]): Usage {
  const [, ...cores] = Deno.readTextFileSync("/proc/stat").split("\n", 1)[0]
    .split(/ +/).map(Number);
  // user nice system idle iowait irq softirq steal; what follows is in `user` as well.
  const ticks = cores.slice(0, 8);
  const [, , , idle, waiting] = ticks;
  const processes = readProcesses();
  return {
    used: MS_PER_TICK * sum(
      pids.map((pid) => ticksOf(pid, processes)),
    ),
    all: MS_PER_TICK * sum(ticks),
    idle: MS_PER_TICK * (idle + waiting),
  };
}

type Process = { parent: number; ticks: number; ticksOfEnded: number };

function ticksOf(pid: number, processes: Map<number, Process>): number {
  const own = processes.get(pid);
  if (!own) return 0;
  const children = [...processes].filter(([, { parent }]) => parent === pid);
  return own.ticks + own.ticksOfEnded +
    sum(children.map(([child]) => ticksOf(child, processes)));
}

function readProcesses(): Map<number, Process> {
  const processes = new Map<number, Process>();
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    let text;
    try {
      text = Deno.readTextFileSync(`/proc/${name}/stat`);
    } catch (error) {
      if (isGone(error)) continue;
      throw error;
    }
    // The name, in brackets, may hold anything; then proc(5) counts from 3.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ").map(Number);
    const field = (n: number) => fields[n - 3];
    processes.set(Number(name), {
      parent: field(4),
      ticks: field(14) + field(15), // user, system
      ticksOfEnded: field(16) + field(17), // of children that were waited for
    });
  }
  return processes;
}

/** Whether the process ended between two looks; a read says ESRCH then. */
const isGone = (error: unknown) =>
  error instanceof Deno.errors.NotFound ||
  error instanceof Error && error.message.includes("os error 3");

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
