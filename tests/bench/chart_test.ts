// The chart of the bench: what it draws of which rows.
import { assert, assertEquals } from "@std/assert";
import { drawChart } from "./chart.ts";
import type { Row } from "./table.ts";

const words = { title: "A & B", before: "10864fc", machine: "One <core>" };

/** A row that is so many times as good as the peer. */
const row = (times: number, more: Partial<Row> = {}): Row => ({
  what: "a push",
  figure: 10 * times,
  unit: "pushes/s",
  target: ">= 1.35 ×",
  peer: { figure: 10, times },
  ...more,
});

/** The bars of a chart in order, and where its line for the peer is. */
function read(svg: string) {
  const bars = [...svg.matchAll(
    /<rect class="(ahead|behind)" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g,
  )].map(([, kind, x, width]) => ({
    kind,
    left: Number(x),
    right: Number(x) + Number(width),
  }));
  const [, peer] = svg.match(/class="peer" d="M([\d.]+) /)!;
  return { bars, peer: Number(peer) };
}

const near = (a: number, b: number) => Math.abs(a - b) < .3;

Deno.test("The chart draws twice as good as far to the right of the peer's line as half as good to its left", () => {
  const { bars: [twice, half], peer } = read(
    drawChart([row(2), row(.5)], words),
  );
  assertEquals([twice.kind, half.kind], ["ahead", "behind"]);
  assert(near(twice.left, peer) && near(half.right, peer));
  assert(near(twice.right - peer, peer - half.left));
});

Deno.test("The chart keeps bars of any length between the labels and the figures", () => {
  const extremes = [row(1_000), row(.0004), row(1)];
  const { bars } = read(drawChart(extremes, words));
  for (const { left, right } of bars) assert(left >= 338 && right <= 714);
});

Deno.test("The chart has a ring where the earlier commit is, seen from the peer", () => {
  // Today is four times as good as the peer and twice as good as the commit.
  const four = row(4, { before: { figure: 20, times: 2 } });
  const svg = drawChart([four, row(2)], words);
  const [, ring] = svg.match(/<circle class="before" cx="([\d.]+)"/)!;
  assert(near(Number(ring), read(svg).bars[1].right));
  assertEquals(svg.match(/<circle/g)?.length, 1);
});

Deno.test("The chart leaves out what has no peer, no target, or nothing that is better", () => {
  const svg = drawChart([
    row(2, { peer: undefined }),
    row(2, { target: undefined }),
    row(2, { peer: { figure: 10 } }),
  ], words);
  assertEquals(read(svg).bars, []);
});

Deno.test("The chart says the figures, and words with signs of XML as they are", () => {
  const svg = drawChart([row(5.57, { figure: 1_447 })], words);
  assert(svg.includes(">5.57 ×: 1,447 to 10 pushes/s<"));
  assert(svg.includes("<title>A &amp; B</title>"));
  assert(svg.includes(">One &lt;core><"));
});

Deno.test("The chart names a colour for everything it draws, in light and in dark, on a ground of its own", () => {
  const svg = drawChart([row(4, { before: { figure: 20, times: 2 } })], words);
  const [light, dark] = svg.match(/<style>(.*)<\/style>/s)![1]
    .split("@media (prefers-color-scheme: dark)");
  for (const name of ["paper", "grid", "peer", "ahead", "behind", "before"]) {
    assert(light.includes(`.${name} `) && dark.includes(`.${name} `), name);
  }
  assert(svg.includes('<rect class="paper"'));
});
