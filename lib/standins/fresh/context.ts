// What a request carries through middlewares, handlers and components.
import { isValidElement, type VNode } from "preact";
import type { Build } from "./build.ts";
import type { PageComponent, Shared } from "./component.ts";
import { NONCE, renderDocument } from "./render.ts";

// deno-lint-ignore no-explicit-any
type Inner = { build: Build; app: PageComponent<any> | null };
const inners = new WeakMap<object, Inner>();

/** What the framework keeps beside a context, out of the app's sight. */
export function innerOf(ctx: object): Inner {
  return inners.get(ctx)!;
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
