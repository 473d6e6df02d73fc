// What this project uses of Fresh's main entry, under upstream's names.
export { App, type FreshConfig, type ResolvedFreshConfig } from "./app.ts";
export type { Context, PageProps } from "./context.ts";
export { csp, type CSPOptions } from "./csp.ts";
export { HttpError } from "./http_error.ts";
export type {
  Define,
  HandlerByMethod,
  HandlerFn,
  Method,
  Middleware,
  MiddlewareFn,
  PageResponse,
  RouteHandler,
} from "./handlers.ts";
export { createDefine, page } from "./handlers.ts";
export { staticFiles } from "./static_files.ts";
