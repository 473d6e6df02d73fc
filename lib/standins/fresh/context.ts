// What a request carries through middlewares, handlers and components.
import { type FunctionComponent, h, type VNode } from "preact";
import { nonces, renderDocument } from "./render.ts";

/** What `new App(config)` takes. */
export interface FreshConfig {
  /** Believe `X-Forwarded-Proto` and `X-Forwarded-Host` in `ctx.url`. Default false. */
  trustProxy?: boolean;
}

/** What contexts and components have in common. */
interface Shared<State> {
  readonly req: Request;
  /** The request's URL, double slashes collapsed. */
  readonly url: URL;
  readonly info: Deno.ServeHandlerInfo;
  readonly config: Required<FreshConfig>;
  readonly params: Record<string, string>;
  /** What middlewares leave for handlers and pages. */
  readonly state: State;
  /** What was thrown, where an error page is rendered. */
  error: unknown;
}

/** What a component in `routes/` receives. */
export interface PageProps<Data = unknown, State = unknown>
  extends Shared<State> {
  /** What the handler returned. */
  data: Data;
  /** In `_app`: the page. */
  Component: FunctionComponent;
}

/** One request's context. Middlewares share it. */
export interface Context<State> extends Shared<State> {}
export class Context<State> {
  #app: FunctionComponent | undefined;

  constructor(
    shared: Omit<Shared<State>, "state" | "error">,
    /** Calls the next middleware, at last the route's handler. */
    public next: () => Promise<Response>,
    app: FunctionComponent | undefined,
  ) {
    Object.assign(this, shared, { state: {}, error: null });
    this.#app = app;
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
    vnode: VNode | null,
    init: ResponseInit = {},
  ): Promise<Response> {
    const Component = () => vnode;
    const document = this.#app
      ? await element(this, this.#app, null, Component)
      : h(Component, {});
    if (document instanceof Response) return document;
    const { html, nonce } = renderDocument(document);
    const headers = new Headers(init.headers);
    headers.set("Content-Type", "text/html; charset=utf-8");
    const response = new Response(html, { ...init, headers });
    nonces.set(response, nonce);
    return response;
  }
}

/** An element of a component with its {@linkcode PageProps}; async ones are awaited, and may answer themselves. */
export async function element<State>(
  { next: _, ...shared }: Context<State>,
  component: FunctionComponent,
  data: unknown,
  Component: FunctionComponent = () => null,
): Promise<VNode | Response> {
  const props: object = { ...shared, data, Component };
  const isAsync = component.constructor.name === "AsyncFunction";
  return isAsync
    ? await component(props) as VNode | Response
    : h(component, props);
}
