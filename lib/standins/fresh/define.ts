// Type helpers for files that export handlers, pages and middlewares.
import type { AnyComponent } from "preact";
import type { PageProps } from "./context.ts";
import type {
  HandlerByMethod,
  HandlerFn,
  Middleware,
  RouteHandler,
} from "./handlers.ts";

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
