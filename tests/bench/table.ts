// Figures as a table for people and as JSON for what compares runs.

/** One figure with its floor; `share` is figure / floor. */
export type Row = {
  what: string;
  figure: number;
  floor: number;
  unit: string;
  /** What the floor is, and with what it was measured. */
  against: string;
};

/** Prints both forms to the standard output. */
export function printTable(rows: readonly Row[]): void {
  console.table(Object.fromEntries(rows.map((row) => [row.what, {
    figure: `${round(row.figure)} ${row.unit}`,
    floor: `${round(row.floor)} ${row.unit}`,
    "of the floor": `${Math.round(100 * row.figure / row.floor)} %`,
    against: row.against,
  }])));
  console.log(JSON.stringify(rows));
}

const round = (n: number) => n < 10 ? Math.round(n * 10) / 10 : Math.round(n);
