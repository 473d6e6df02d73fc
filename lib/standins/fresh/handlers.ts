// The functions that routes and middleware files export, and help to type them.
import type { AnyComponent } from "preact";
import type { PageProps } from "./component.ts";
import type { Context } from "./context.ts";

/** The methods that routes are registered for. */
// deno-fmt-ignore
export const METHODS = [
  "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS",
] as const;

/** One of the HTTP methods. */
export type Method = typeof METHODS[number];

/** Answers a request, or calls `ctx.next()` and passes its answer on. */
export type Middleware<State> = (
  ctx: Context<State>,
) => Response | Promise<Response>;

interface PageOptions {
  status?: number;
  headers?: HeadersInit;
}

/** What a handler returns to have its page's component rendered. */
export interface PageResponse<Data> extends PageOptions {
  data: Data;
}

/** Answers a request, by itself or by data for the page's component. */
export interface HandlerFn<Data, State> {
  (ctx: Context<State>):
    | Response
    | PageResponse<Data>
    | Promise<Response | PageResponse<Data>>;
}

/** Handlers by method. In a build, a method that is lacking answers 404. */
export type HandlerByMethod<Data, State> = {
  [M in Method]?: HandlerFn<Data, State>;
};

/** What a route file exports as `handler` or `handlers`. */
export type RouteHandler<Data, State> =
  | HandlerFn<Data, State>
  | HandlerByMethod<Data, State>;

/** Data for a page's component, with the status and headers of the answer. */
export function page(): PageResponse<undefined>;
export function page<Data>(
  data: Data,
  options?: PageOptions,
): PageResponse<Data>;
export function page<Data>(data?: Data, options: PageOptions = {}) {
  return { ...options, data };
}

/** The data that a route's handlers give to its component. */
type DataOf<Handlers, State> = Handlers extends HandlerFn<infer Data, State>
  ? Data
  : Handlers extends HandlerByMethod<infer Data, State> ? Data
  : never;

/** Functions that return their argument, typed for one `State`. */
export interface Define<State> {
  /** For `export const handler`. */
  handlers<Data, Handlers extends RouteHandler<Data, State>>(
    handlers: Handlers,
  ): Handlers;
  /** For a page's default export; the type argument is `typeof handler`. */
  page<Handlers = never, Data = DataOf<Handlers, State>>(
    component: AnyComponent<PageProps<Data, State>>,
  ): AnyComponent<PageProps<Data, State>>;
  /** For `_middleware.ts`. */
  middleware<Fns extends Middleware<State> | Middleware<State>[]>(
    fns: Fns,
  ): Fns;
  /** For components that wrap a page, such as `_app.tsx`. */
  layout(
    component: AnyComponent<PageProps<unknown, State>>,
  ): AnyComponent<PageProps<unknown, State>>;
}

/** Makes the helpers for an app whose `ctx.state` is a `State`. */
export function createDefine<State>(): Define<State> {
  const same = <T>(value: T): T => value;
  return { handlers: same, page: same, middleware: same, layout: same };
}
