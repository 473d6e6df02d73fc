// The bench's figures: put together out of samples, and shown as a table for people.
import type { SubjectName } from "./subject.ts";

/**
 * A figure of another subject, and how many times as good today's is: by round,
 * the median. Absent where neither more nor less of it is better.
 */
export type Beside = { figure: number; times?: number };

/** One figure, with what it is compared to; all of it from the same run. */
export type Row = {
  what: string;
  figure: number;
  unit: string;
  /** What is to be reached, as people say it: a ratio (`×`) is to the earlier commit. */
  target?: string;
  /** In the same unit. */
  floor?: number;
  /** What the floor is, and with what it was measured. */
  against?: string;
  before?: Beside;
  peer?: Beside;
};

/** How many times as good `today` is as another: of most units less is better. */
function timesAsGood(
  unit: string,
  today: number,
  other: number,
): number | undefined {
  if (unit === CORES) return undefined;
  return unit === RATE ? today / other : other / today;
}

/** The units that are not simply better when there is less. */
export const RATE = "pushes/s";
export const CORES = "%";

/** What was measured of each subject, a figure for each round. */
export class Samples {
  readonly #of: Record<SubjectName, number[]> = {
    today: [],
    before: [],
    peer: [],
  };

  add(subject: SubjectName, figure: number): void {
    this.#of[subject].push(figure);
  }

  /** A row of today's median, and of the others' that were measured. */
  row(
    row: Pick<Row, "what" | "unit" | "target" | "floor" | "against">,
  ): Row {
    const { today, before, peer } = this.#of;
    const beside = (others: number[]): Beside => {
      const times = others.flatMap((other, round) =>
        timesAsGood(row.unit, today[round], other) ?? []
      );
      return {
        figure: median(others),
        ...times.length > 0 && { times: median(times) },
      };
    };
    return {
      ...row,
      figure: median(today),
      ...before.length > 0 && { before: beside(before) },
      ...peer.length > 0 && { peer: beside(peer) },
    };
  }
}

/** The table as Markdown. @param before names the commit of that column */
export function tableOf(rows: readonly Row[], before: string): string {
  const heads = ["", "today", "floor", "", before, "", "peer", "", "goal", ""];
  const beside = (row: Row, other: Beside | undefined) =>
    other
      ? [
        withUnit(other.figure, row.unit),
        other.times === undefined ? "" : `${rounded(other.times)} ×`,
      ]
      : ["", ""];
  const lines = rows.map((row) => [
    row.what,
    withUnit(row.figure, row.unit),
    ...row.floor === undefined ? ["", ""] : [
      withUnit(row.floor, row.unit),
      `${rounded(100 * row.figure / row.floor)} %`,
    ],
    ...beside(row, row.before),
    ...beside(row, row.peer),
    row.target ?? "",
    row.against ? `floor: ${row.against}` : "",
  ]);
  const isText = (column: number) => [0, 8, 9].includes(column);
  const columns = heads.map((head, i) => [head, ...lines.map((l) => l[i])]);
  const widths = columns.map((cells) =>
    Math.max(3, ...cells.map((cell) => cell.length))
  );
  const rule = widths.map((width, i) =>
    isText(i) ? "-".repeat(width) : `${"-".repeat(width - 1)}:`
  );
  return [heads, rule, ...lines].map((cells) => {
    const padded = cells.map((cell, i) =>
      isText(i) ? cell.padEnd(widths[i]) : cell.padStart(widths[i])
    );
    return `| ${padded.join(" | ")} |\n`;
  }).join("");
}

/** A figure as people read it: `1,447 pushes/s`, `0.35 ms`. */
export const withUnit = (figure: number, unit: string): string =>
  `${rounded(figure)} ${unit}`;

/** Three digits or whole, as `0.35`, `5.6`, `1,447`. */
export const rounded = (n: number): string =>
  n < 100
    ? String(Number(n.toPrecision(n < 1 ? 2 : 3)))
    : Math.round(n).toLocaleString("en");

/** The value below which a share of them lies; NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** Of an even number, half way between the two in the middle; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}

/** How long something takes, in milliseconds. */
export async function timeOf(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** `1 client`, `1,000 clients`. */
export const counted = (n: number, noun: string): string =>
  `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
