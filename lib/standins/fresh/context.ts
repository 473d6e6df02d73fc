// What a request carries through middlewares, handlers and components.
import {
  type AnyComponent,
  type FunctionComponent,
  isValidElement,
  type VNode,
} from "preact";
import type { Build } from "./build.ts";
import type { ResolvedFreshConfig } from "./config.ts";
import { NONCE } from "./csp.ts";
import { renderDocument } from "./render.ts";

/** What a page's component receives. */
export type PageProps<Data = unknown, State = unknown> =
  & Pick<
    Context<State>,
    | "config"
    | "error"
    | "info"
    | "params"
    | "req"
    | "route"
    | "state"
    | "url"
    | "Component"
  >
  & { data: Data };

/** The default export of a page, of `_app` or of `_error`. */
// deno-lint-ignore no-explicit-any
export type PageComponent<State> = AnyComponent<PageProps<any, State>>;

interface Inner {
  build: Build;
  // deno-lint-ignore no-explicit-any
  app: PageComponent<any> | null;
}
const inners = new WeakMap<object, Inner>();

/** What the framework keeps beside a context, out of the app's sight. */
export function innerOf(ctx: object): Inner {
  return inners.get(ctx)!;
}

/** The part of a context that components see. */
export function pageProps<State>(
  ctx: Context<State>,
  Component: FunctionComponent,
): PageProps<unknown, State> {
  const { config, error, info, params, req, route, state, url } = ctx;
  return {
    ...{ config, error, info, params, req, route, state, url, Component },
    data: null,
  };
}

/** One request's context. Middlewares share it. */
export class Context<State> {
  /** What middlewares leave for handlers and pages. */
  readonly state: State = {} as State;
  /** What was thrown, where an error page is rendered. */
  error: unknown = null;
  /** In `_app`: the page. */
  Component!: FunctionComponent;

  readonly req: Request;
  readonly url: URL;
  readonly info: Deno.ServeHandlerInfo;
  readonly config: ResolvedFreshConfig;
  /** The pattern that matched, such as `/rooms/:room`; null for none. */
  readonly route: string | null;
  readonly params: Record<string, string>;
  /** Calls the next middleware, at last the route's handler. */
  next: () => Promise<Response>;

  constructor(
    about: Pick<
      Context<State>,
      "req" | "url" | "info" | "config" | "route" | "params"
    >,
    next: () => Promise<Response>,
    build: Build,
  ) {
    this.req = about.req;
    this.url = about.url;
    this.info = about.info;
    this.config = about.config;
    this.route = about.route;
    this.params = about.params;
    this.next = next;
    inners.set(this, { build, app: null });
  }

  /** Redirects. `//other.example` becomes `/other.example`: no open redirects. */
  redirect(pathOrURL: string, status = 302): Response {
    const [, path, rest] = pathOrURL.match(/^([^?#]*)(.*)$/s)!;
    const location = path.startsWith("/")
      ? path.replace(/\/+/g, "/") + rest
      : pathOrURL;
    return new Response(null, { status, headers: { location } });
  }

  /** An HTML page: the element inside `_app`, with the scripts of its islands. */
  async render(
    // deno-lint-ignore no-explicit-any
    vnode: VNode<any> | null,
    init: ResponseInit = {},
  ): Promise<Response> {
    if (vnode !== null && !isValidElement(vnode)) {
      throw new Error("ctx.render() takes a JSX element or null");
    }
    const { build, app } = innerOf(this);
    const rendered = await renderDocument(this, build, app, vnode);
    if (rendered instanceof Response) return rendered;
    const headers = new Headers(init.headers);
    headers.set("Content-Type", "text/html; charset=utf-8");
    if (rendered.preload) headers.append("Link", rendered.preload);
    const response = new Response(rendered.html, { ...init, headers });
    return Object.assign(response, { [NONCE]: rendered.nonce });
  }

  /** Text, `text/plain`. */
  text(content: string, init?: ResponseInit): Response {
    return new Response(content, init);
  }

  /** A string of HTML, `text/html`. */
  html(content: string, init: ResponseInit = {}): Response {
    const headers = new Headers(init.headers);
    headers.set("Content-Type", "text/html; charset=utf-8");
    return new Response(content, { ...init, headers });
  }

  /** JSON, as `Response.json()`. */
  json(content: unknown, init?: ResponseInit): Response {
    return Response.json(content, init);
  }
}
