// Figures as a table for people and as JSON for what compares runs.

/** One figure, with its floor where it has one. */
export type Row = {
  what: string;
  figure: number;
  unit: string;
  /** What the issue asks for, in its words. */
  target: string;
  /** The same unit, measured in the same run. */
  floor?: number;
  /** What the floor is, and with what it was measured. */
  against?: string;
};

/** Prints both forms to the standard output. */
export function printTable(rows: readonly Row[]): void {
  console.table(Object.fromEntries(rows.map((row) => [row.what, {
    figure: `${round(row.figure)} ${row.unit}`,
    floor: row.floor === undefined ? "" : `${round(row.floor)} ${row.unit}`,
    "of the floor": row.floor === undefined
      ? ""
      : `${round(100 * row.figure / row.floor)} %`,
    target: row.target,
    against: row.against ?? "",
  }])));
  console.log(JSON.stringify(rows));
}

const round = (n: number) => n < 10 ? Math.round(n * 100) / 100 : Math.round(n);

/** The value below which a share of them lies; NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

export const median = (values: readonly number[]) => quantile(values, .5);

/** How long something takes, in milliseconds. */
export async function timeOf(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}
