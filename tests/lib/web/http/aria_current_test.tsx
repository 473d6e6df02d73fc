// Links as a Fresh renders them that has a say in `aria-current`, as upstream's.
import { assertEquals } from "@std/assert";
import { options, type VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import { keepAriaCurrent } from "../../../../lib/web/http/aria_current.ts";

Deno.test("keepAriaCurrent() leaves what a link says of itself, and takes back the rest (A1)", () => {
  const { vnode: before } = options;
  const seen: unknown[] = [];
  options.vnode = ({ type, props }: VNode<{ "aria-current"?: unknown }>) => {
    seen.push(type);
    if (type === "a") props["aria-current"] ??= "true";
  };
  try {
    keepAriaCurrent();
    const of = (here: boolean) => here ? "page" as const : undefined;
    const html = renderToString(
      <nav>
        <a href="/">All</a>
        <a href="/rooms/a" aria-current={of(true)}>A</a>
        <a href="/rooms/b" aria-current={of(false)}>B</a>
        <span aria-current="step">C</span>
      </nav>,
    );
    assertEquals(
      html,
      '<nav><a href="/">All</a><a href="/rooms/a" aria-current="page">A</a>' +
        '<a href="/rooms/b">B</a><span aria-current="step">C</span></nav>',
    );
    assertEquals(seen.filter((type) => type === "a").length, 3);
  } finally {
    options.vnode = before;
  }
});
