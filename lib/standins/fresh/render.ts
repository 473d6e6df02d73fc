// Renders a page to HTML and marks its islands for the browser.
import {
  type ComponentType,
  createContext,
  Fragment,
  h,
  options,
  type VNode,
} from "preact";
import { useContext } from "preact/hooks";
import { jsxTemplate } from "preact/jsx-runtime";
import { renderToString } from "preact-render-to-string";
import { lockImage } from "./asset.ts";
import { type Build, type Island, scriptURL } from "./build.ts";
import {
  invoke,
  type PageComponent,
  pageProps,
  type Shared,
} from "./component.ts";
import { markLink } from "./links.ts";
import { type Instance, serializeProps } from "./props.ts";

/** Where `ctx.render()` leaves the page's nonce on its response. */
export const NONCE: unique symbol = Symbol.for("__freshNonce");

/** What is known while one page is rendered, which happens without a pause. */
interface Rendering {
  url: URL;
  build: Build;
  nonce: string;
  /** The tags of the document that the app rendered by itself. */
  seen: Set<string>;
  instances: Instance[];
}

let rendering: Rendering | null = null;
const InsideIsland = createContext(false);
// Made by an island's wrapper: wrapping it again would never end.
const wrapped = new WeakSet<VNode>();

/** Renders `vnode` inside the app. An async app may answer by itself. */
export async function renderDocument<State>(
  ctx: Shared<State>,
  { build, app }: { build: Build; app: PageComponent<State> | null },
  vnode: VNode | null,
): Promise<Response | { html: string; nonce: string; preload: string }> {
  let page = vnode;
  const outer = app && await invoke(app, pageProps(ctx, () => page));
  if (outer instanceof Response) return outer;

  const nonce = crypto.randomUUID().replaceAll("-", "");
  const { url } = ctx;
  rendering = { url, build, nonce, seen: new Set(), instances: [] };
  try {
    // The page comes first, so that nothing of it can be missed at </body>.
    let html = renderToString(vnode ?? h(Fragment, null));
    if (outer) {
      page = jsxTemplate([html]);
      html = renderToString(outer);
    }
    html = `<!DOCTYPE html>${completeDocument(html, rendering.seen)}`;
    return { html, nonce, preload: preload(rendering) };
  } finally {
    rendering = null;
  }
}

/** Adds the tags that the app left out. */
function completeDocument(html: string, seen: Set<string>): string {
  const [hasHtml, hasHead, hasBody] = ["html", "head", "body"]
    .map((tag) => seen.has(tag));
  let vnode: VNode = jsxTemplate([html]);
  if (!hasBody) vnode = h("body", null, vnode);
  const head = h("head", null, h("meta", { charset: "utf-8" }));
  if (!hasHead) vnode = h(Fragment, null, head, vnode);
  if (!hasHtml) vnode = h("html", null, vnode);
  return renderToString(vnode);
}

type Hook = (vnode: VNode) => void;
// Preact's name for the hook that sees a vnode just before it is rendered.
const hooks = options as { vnode?: Hook; __b?: Hook };
const { vnode: onCreate, __b: onRender } = hooks;

hooks.vnode = (vnode) => {
  lockImage(vnode);
  if (rendering && vnode.type === "a") markLink(vnode, rendering.url);
  onCreate?.(vnode);
};

hooks.__b = (vnode) => {
  if (rendering) prepare(vnode, rendering);
  onRender?.(vnode);
};

function prepare(vnode: VNode, { build, nonce, seen }: Rendering): void {
  const { type } = vnode;
  // deno-lint-ignore no-explicit-any
  const props = vnode.props as any;
  if (type === "script" || type === "style") props.nonce ||= nonce;
  if (type === "html" || type === "head") seen.add(type);
  if (type === "body" && !seen.has(type)) {
    seen.add(type);
    props.children = [props.children, h(Scripts, null)];
  }
  if (typeof type !== "function" || wrapped.has(vnode)) return;
  const island = build.islands.get(type);
  if (island) vnode.type = wrapperOf(type as ComponentType, island);
}

function wrapperOf(component: ComponentType, island: Island) {
  return (props: Record<string, unknown>) => {
    const inside = useContext(InsideIsland);
    const vnode = h(component, props);
    wrapped.add(vnode);
    if (inside || !rendering) return vnode;
    const index = rendering.instances.push({ island, props }) - 1;
    return jsxTemplate(
      [`<!--frsh:island:${index}-->`, `<!--/frsh:island:${index}-->`],
      // deno-lint-ignore no-explicit-any
      h(InsideIsland.Provider, { value: true, children: vnode }) as any,
    );
  };
}

/** Rendered last in the body: revives all islands that came before it. */
function Scripts() {
  const { build, instances } = rendering!;
  let code = build.mode === "development" ? RELOAD : "";
  if (instances.length > 0) {
    const islands = [...new Set(instances.map(({ island }) => island))];
    const imports = islands.map(({ exportName, url }, i) =>
      `import{${exportName} as i${i}}from"${url}";`
    );
    const used = instances.map(({ island }) => `i${islands.indexOf(island)}`);
    const runtime = scriptURL(build.id, "fresh-runtime.js");
    code += `import{boot}from"${runtime}";${imports.join("")}` +
      `boot([${used}],${serializeProps(instances)});`;
  }
  const dangerouslySetInnerHTML = { __html: code };
  return code && h("script", { type: "module", dangerouslySetInnerHTML });
}

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

/** The `Link` header that lets a browser fetch the scripts early. */
function preload({ build, instances }: Rendering): string {
  if (instances.length === 0) return "";
  const runtime = scriptURL(build.id, "fresh-runtime.js");
  const urls = new Set([runtime, ...instances.map(({ island }) => island.url)]);
  return [...urls]
    .map((url) => `<${encodeURI(url)}>; rel="modulepreload"; as="script"`)
    .join(", ");
}
