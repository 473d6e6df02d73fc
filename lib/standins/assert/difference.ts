// Shows values, and how two of them differ line by line.

/** A value in full, its properties sorted. */
export function show(value: unknown): string {
  return Deno.inspect(value, {
    depth: Infinity,
    sorted: true,
    trailingComma: true,
    compact: false,
    iterableLimit: Infinity,
    strAbbreviateSize: Infinity,
  });
}

/** Both values as one text: `-` marks what is actual, `+` what was expected. */
export function difference(actual: unknown, expected: unknown): string {
  const a = linesOf(actual), b = linesOf(expected);
  const lines = a.length * b.length > 1e6 ? all(a, b) : shortest(a, b);
  return `\n    [Diff] - Actual / + Expected\n\n${lines.join("\n")}\n`;
}

function linesOf(value: unknown): string[] {
  // The lines of a text are easier to compare than its escaped form.
  const isText = typeof value === "string" && value.includes("\n");
  return (isText ? value : show(value)).split("\n");
}

function all(a: string[], b: string[]): string[] {
  return [...a.map((line) => `-   ${line}`), ...b.map((line) => `+   ${line}`)];
}

/** By the longest common subsequence: `common[i][j]` is its length from there on. */
function shortest(a: string[], b: string[]): string[] {
  const common = Array.from(a, () => new Uint32Array(b.length + 1));
  common.push(new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i][j] = a[i] === b[j]
        ? common[i + 1][j + 1] + 1
        : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  const lines: string[] = [];
  let i = 0, j = 0;
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) lines.push(`    ${a[i++]}`), j++;
    else if (common[i + 1][j] >= common[i][j + 1]) lines.push(`-   ${a[i++]}`);
    else lines.push(`+   ${b[j++]}`);
  }
  return [...lines, ...all(a.slice(i), b.slice(j))];
}
