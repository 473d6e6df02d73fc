// What a run of the bench was made on.

/** Figures are only comparable within one run; this says what that run was. */
export type Machine = {
  processor: string;
  cores: number;
  memoryGiB: number;
  system: string;
  deno: string;
  commit: string;
  /** As `2026-11-29`. */
  date: string;
};

export async function describeMachine(): Promise<Machine> {
  return {
    processor: await processorName(),
    cores: navigator.hardwareConcurrency,
    memoryGiB: Math.round(Deno.systemMemoryInfo().total / 2 ** 30),
    system: `${Deno.build.os} ${Deno.osRelease()}`,
    deno: Deno.version.deno,
    commit: await outputOf("git", ["describe", "--always", "--dirty"]),
    date: new Date().toISOString().slice(0, 10),
  };
}

async function processorName(): Promise<string> {
  if (Deno.build.os !== "linux") return Deno.build.arch;
  const text = await Deno.readTextFile("/proc/cpuinfo");
  return text.match(/^model name\s*: (.*)$/m)?.[1] ?? Deno.build.arch;
}

async function outputOf(command: string, args: string[]): Promise<string> {
  const { success, stdout } = await new Deno.Command(command, {
    args,
    stderr: "null",
  }).output().catch(() => ({ success: false, stdout: new Uint8Array() }));
  return success ? new TextDecoder().decode(stdout).trim() : "unknown";
}

/** In one line. */
export const inWords = (machine: Machine): string =>
  [
    machine.processor,
    `${machine.cores} cores`,
    `${machine.memoryGiB} GiB of memory`,
    machine.system,
    `Deno ${machine.deno}`,
    `commit ${machine.commit}`,
    machine.date,
  ].join(", ");
