// Draws how many times as good figures of the bench are as the peer's.
import { rounded, type Row, withUnit } from "./table.ts";

/** In the SVG's units. */
const WIDTH = 960;
const HEADER = 64;
const LINE = 30;
const FOOTER = 44;
const BAR = 14;
const LABEL = 322; // the labels' column
const FIGURES = 230; // that of the figures
const LEFT = LABEL + 16;
const RIGHT = WIDTH - FIGURES - 16;

const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 }
  .small { font-size: 11px; fill: #59636e }
  .end { text-anchor: end }
  .middle { text-anchor: middle }
  .paper { fill: #fff }
  .grid { stroke: #d1d9e0 }
  .peer { stroke: #59636e; stroke-width: 2 }
  .ahead { fill: #0969da }
  .behind { fill: #bc4c00 }
  .before { fill: none; stroke: #1f2328; stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .small { fill: #9198a1 }
    .paper { fill: #0d1117 }
    .grid { stroke: #3d444d }
    .peer { stroke: #9198a1 }
    .ahead { fill: #4493f8 }
    .behind { fill: #db6d28 }
    .before { stroke: #f0f6fc }
  }`;

/**
 * An SVG with a bar for each row that has a peer and a target, from the line at
 * which both are as good, to the right when today's figure is better; on a scale
 * on which twice and half as good are equally far. A ring says where the commit
 * `before` is. It has a ground of its own, so that it can be read on any page,
 * in light and dark.
 */
export function drawChart(
  rows: readonly Row[],
  words: { title: string; before: string; machine: string },
): string {
  const bars = rows.flatMap((row) => {
    const times = row.peer?.times;
    if (times === undefined || !row.target) return [];
    // Both are compared to today; what the two are to each other follows.
    const before = row.before?.times && times / row.before.times;
    return [{ row, times, before }];
  });
  const steps = stepsFor(
    bars.flatMap(({ times, before }) => before ? [times, before] : [times]),
  );
  const [from, to] = [steps[0], steps.at(-1)!].map(Math.log2);
  const x = (times: number) =>
    round(LEFT + (RIGHT - LEFT) * (Math.log2(times) - from) / (to - from));
  const bottom = HEADER + LINE * bars.length;
  const height = bottom + FOOTER;

  const scale = steps.map((step) => {
    const kind = step === 1 ? "peer" : "grid";
    const line = `<path class="${kind}" d="M${x(step)} ${HEADER}V${bottom}"/>`;
    const isNamed = steps.length <= MOST_NAMES || Math.log2(step) % 2 === 0;
    if (!isNamed) return line;
    return line + text(x(step), HEADER - 8, "small middle", nameOf(step));
  });
  const lines = bars.map(({ row, times, before }, i) => {
    const middle = HEADER + LINE * i + LINE / 2;
    const [left, right] = [x(1), x(times)].sort((a, b) => a - b);
    const bar = `class="${times >= 1 ? "ahead" : "behind"}" x="${left}" y="${
      middle - BAR / 2
    }" width="${round(right - left)}" height="${BAR}"`;
    const ring = `class="before" cx="${before && x(before)}" cy="${middle}"`;
    return [
      text(LABEL, middle + 4, "end", row.what),
      `<rect ${bar}/>`,
      before ? `<circle ${ring} r="4"/>` : "",
      text(WIDTH - FIGURES, middle + 4, "", figuresOf(row)),
    ].join("");
  });
  const legend =
    `Bars: how many times as good as the peer. Rings: the same of commit ${words.before}.`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    `<title>${escape(words.title)}</title>`,
    `<style>${STYLE}\n</style>`,
    `<rect class="paper" width="${WIDTH}" height="${height}" rx="6"/>`,
    text(16, 28, "title", words.title),
    ...scale,
    ...lines,
    text(16, bottom + 20, "small", legend),
    text(16, bottom + 36, "small", words.machine),
    "</svg>\n",
  ].join("\n");
}

/** Powers of two that hold all of them and 1. */
function stepsFor(times: readonly number[]): number[] {
  const from = Math.floor(Math.log2(Math.min(.5, ...times)));
  const to = Math.ceil(Math.log2(Math.max(2, ...times)));
  return Array.from({ length: to - from + 1 }, (_, i) => 2 ** (from + i));
}

const MOST_NAMES = 7; // more steps than these, and every second one is named

function nameOf(step: number): string {
  if (step === 1) return "peer";
  return step < 1 ? `1/${1 / step} ×` : `${step} ×`;
}

const figuresOf = ({ figure, unit, peer }: Row): string =>
  `${rounded(peer!.times!)} ×: ${rounded(figure)} to ${
    withUnit(peer!.figure, unit)
  }`;

const text = (x: number, y: number, kind: string, words: string): string =>
  `<text x="${x}" y="${y}"${kind && ` class="${kind}"`}>${
    escape(words)
  }</text>`;

const escape = (words: string): string =>
  words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

const round = (n: number) => Math.round(10 * n) / 10;
