// What a request carries through middlewares, handlers and components.
import {
  type AnyComponent,
  type FunctionComponent,
  isValidElement,
  type VNode,
} from "preact";
import type { ResolvedFreshConfig } from "./app.ts";
import type { Build } from "./build.ts";
import { NONCE } from "./csp.ts";
import { renderDocument } from "./render.ts";

interface Shared<State> {
  readonly req: Request;
  /** The request's URL, double slashes collapsed. */
  readonly url: URL;
  readonly info: Deno.ServeHandlerInfo;
  readonly config: ResolvedFreshConfig;
  /** The pattern that matched, such as `/rooms/:room`; null for none. */
  readonly route: string | null;
  readonly params: Record<string, string>;
  /** What middlewares leave for handlers and pages. */
  readonly state: State;
  /** What was thrown, where an error page is rendered. */
  error: unknown;
}

/** What a component receives. */
export interface PageProps<Data = unknown, State = unknown>
  extends Shared<State> {
  /** What the handler returned. */
  data: Data;
  /** In `_app`: the page. */
  Component: FunctionComponent;
}

/** The default export of a page, of `_app` or of `_error`. */
// deno-lint-ignore no-explicit-any
export type PageComponent<State> = AnyComponent<PageProps<any, State>>;

// deno-lint-ignore no-explicit-any
type Inner = { build: Build; app: PageComponent<any> | null };
const inners = new WeakMap<object, Inner>();

/** What the framework keeps beside a context, out of the app's sight. */
export function innerOf(ctx: object): Inner {
  return inners.get(ctx)!;
}

/** The part of a context that components see. */
export function pageProps<State>(
  ctx: Context<State>,
  Component: FunctionComponent,
  data: unknown = null,
): PageProps<unknown, State> {
  const { next: _, ...shared } = ctx;
  return { ...shared, Component, data };
}

/** One request's context. Middlewares share it. */
export interface Context<State> extends Shared<State> {}
export class Context<State> {
  constructor(
    shared: Omit<Shared<State>, "state" | "error">,
    /** Calls the next middleware, at last the route's handler. */
    public next: () => Promise<Response>,
    build: Build,
  ) {
    Object.assign(this, shared, { state: {}, error: null });
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
    const rendered = await renderDocument(this, innerOf(this), vnode);
    if (rendered instanceof Response) return rendered;
    const response = this.html(rendered.html, init);
    if (rendered.preload) response.headers.append("Link", rendered.preload);
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
