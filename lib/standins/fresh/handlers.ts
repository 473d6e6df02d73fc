// The functions that routes and middleware files export, and help to type them.
import type { AnyComponent } from "preact";
import type { Context, PageProps } from "./context.ts";

type Method = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";

/** Answers a request, or calls `ctx.next()` and passes its answer on. */
export type Middleware<State> = (
  ctx: Context<State>,
) => Response | Promise<Response>;

/** What a handler returns to have its page's component rendered. */
export interface PageResponse<Data> {
  data: Data;
  status?: number;
  headers?: HeadersInit;
}

interface HandlerFn<Data, State> {
  (ctx: Context<State>):
    | Response
    | PageResponse<Data>
    | Promise<Response | PageResponse<Data>>;
}

type HandlerByMethod<Data, State> = {
  [M in Method]?: HandlerFn<Data, State>;
};

/** What a route file exports as `handler` or `handlers`. */
export type RouteHandler<Data, State> =
  | HandlerFn<Data, State>
  | HandlerByMethod<Data, State>;

/** Data for a page's component, with the status and headers of the answer. */
export function page<Data>(
  data: Data,
  options: Omit<PageResponse<Data>, "data"> = {},
): PageResponse<Data> {
  return { ...options, data };
}

/** The data that a route's handlers give to its component. */
type DataOf<Handlers, State> = Handlers extends HandlerFn<infer Data, State>
  ? Data
  : Handlers extends HandlerByMethod<infer Data, State> ? Data
  : never;

interface Define<State> {
  /** For `export const handler`. */
  handlers<Data, Handlers extends RouteHandler<Data, State>>(
    handlers: Handlers,
  ): Handlers;
  /** For components in `routes/`; the type argument is `typeof handler`. */
  page<Handlers = never, Data = DataOf<Handlers, State>>(
    component: AnyComponent<PageProps<Data, State>>,
  ): AnyComponent<PageProps<Data, State>>;
  /** For `_middleware.ts`. */
  middleware<Fns extends Middleware<State> | Middleware<State>[]>(
    fns: Fns,
  ): Fns;
}

/** Functions that return their argument, typed for an app whose `ctx.state` is a `State`. */
export function createDefine<State>(): Define<State> {
  const same = <T>(value: T): T => value;
  return { handlers: same, page: same, middleware: same };
}
