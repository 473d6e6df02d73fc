// Renders a page to HTML and marks its islands for the browser.
import { Signal } from "@preact/signals";
import { uneval } from "devalue";
import { type ComponentType, h, options, type VNode } from "preact";
import { jsxTemplate } from "preact/jsx-runtime";
import { renderToString } from "preact-render-to-string";
import { build, type Island, islandOf, scriptURL } from "./build.ts";

/** The nonces of rendered pages. */
export const nonces = new WeakMap<Response, string>();

/** What is known while one page is rendered, which happens without a pause. */
interface Rendering {
  nonce: string;
  /** The islands so far, as they were rendered. */
  islands: { island: Island; props: object }[];
  isInsideIsland: boolean;
}

let rendering: Rendering | null = null;

/** Renders a whole document, from `<html>` on. */
export function renderDocument(vnode: VNode): { html: string; nonce: string } {
  const nonce = crypto.randomUUID().replaceAll("-", "");
  rendering = { nonce, islands: [], isInsideIsland: false };
  try {
    return { html: `<!DOCTYPE html>${renderToString(vnode)}`, nonce };
  } finally {
    rendering = null;
  }
}

// Preact's name for the hook that sees a vnode just before it is rendered.
const hooks = options as { __b?: (vnode: VNode) => void };
const { __b: onRender } = hooks;
hooks.__b = (vnode) => {
  if (rendering) prepare(vnode, rendering);
  onRender?.(vnode);
};

function prepare(vnode: VNode, rendering: Rendering): void {
  const { type } = vnode;
  // deno-lint-ignore no-explicit-any
  const props = vnode.props as any;
  if (type === "script" || type === "style") props.nonce ||= rendering.nonce;
  if (type === "body") props.children = [props.children, h(Scripts, null)];
  const island = islandOf.get(type);
  if (island && !rendering.isInsideIsland) {
    vnode.type = () => renderIsland(type as ComponentType, props, island);
  }
}

/** In a rendering of its own, as it will be a root of its own in the browser. */
function renderIsland(component: ComponentType, props: object, island: Island) {
  const { islands } = rendering!;
  const index = islands.push({ island, props }) - 1;
  rendering!.isInsideIsland = true;
  const html = renderToString(h(component, props));
  rendering!.isInsideIsland = false;
  return jsxTemplate([
    `<!--frsh:island:${index}-->${html}<!--/frsh:island:${index}-->`,
  ]);
}

/** Rendered last in the body: revives all islands that came before it. */
function Scripts() {
  const { islands } = rendering!;
  let code = build.mode === "development" ? RELOAD : "";
  if (islands.length > 0) {
    const used = [...new Set(islands.map(({ island }) => island))];
    const imports = used.map(({ name, script }, i) =>
      `import{${name} as i${i}}from"${script}";`
    );
    const components = islands.map(({ island }) => `i${used.indexOf(island)}`);
    // Together, so that a signal given to two islands stays one signal.
    const props = uneval(islands.map(({ props }) => props), own);
    const runtime = scriptURL(build.id, "fresh-runtime.js");
    code += `import{boot}from"${runtime}";${imports.join("")}` +
      `boot([${components}],(signal)=>${props});`;
  }
  const dangerouslySetInnerHTML = { __html: code };
  return code && h("script", { type: "module", dangerouslySetInnerHTML });
}

/** What devalue does not write by itself, as an expression. */
const own: Parameters<typeof uneval>[1] = (value, js) => {
  if (value instanceof Signal) return js`signal(${value.peek()})`;
  // A name that JSON can have and devalue refuses, for the sake of literals.
  if (Object.hasOwn(value as object, "__proto__")) {
    return js`Object.fromEntries(${Object.entries(value as object)})`;
  }
};

/** In development: reloads the page once a restarted server is back. */
const RELOAD = `let start;
(function connect() {
  const source = new EventSource("/_frsh/alive");
  source.onmessage = ({ data }) => {
    if (data !== (start ??= data)) location.reload();
  };
  source.onerror = () => {
    source.close();
    setTimeout(connect, 300);
  };
})();
`;
