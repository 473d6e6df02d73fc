// What this project uses of Fresh's main entry, under upstream's names.
export { App } from "./app.ts";
export type { FreshConfig, ResolvedFreshConfig } from "./config.ts";
export type { Context, PageProps } from "./context.ts";
export { csp, type CSPOptions } from "./csp.ts";
export { createDefine, type Define } from "./define.ts";
export { HttpError } from "./http_error.ts";
export type {
  HandlerByMethod,
  HandlerFn,
  Method,
  Middleware,
  MiddlewareFn,
  PageResponse,
  RouteHandler,
} from "./handlers.ts";
export { page } from "./handlers.ts";
export { staticFiles } from "./static_files.ts";
