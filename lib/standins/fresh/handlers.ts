// The functions that a route or a middleware file exports.
import type { Context } from "./context.ts";

/** The HTTP methods that routes are registered for. */
export const METHODS = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
] as const;

/** One of the HTTP methods. */
export type Method = typeof METHODS[number];

/** Answers a request, or calls `ctx.next()` and passes its answer on. */
export type Middleware<State> = (
  ctx: Context<State>,
) => Response | Promise<Response>;

/** The older name of {@linkcode Middleware}. */
export type MiddlewareFn<State> = Middleware<State>;

/** What a handler returns to have its page's component rendered. */
export interface PageResponse<Data> {
  data: Data;
  status?: number;
  headers?: HeadersInit;
}

/** Answers one method of a route, by itself or by data for its component. */
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
  options?: { status?: number; headers?: HeadersInit },
): PageResponse<Data>;
export function page<Data>(
  data?: Data,
  options: { status?: number; headers?: HeadersInit } = {},
): PageResponse<Data | undefined> {
  return { ...options, data };
}
