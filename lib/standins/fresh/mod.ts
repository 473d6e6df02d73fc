// What this project uses of Fresh's main entry, under upstream's names.
export { App } from "./app.ts";
export type { FreshConfig, ResolvedFreshConfig } from "./config.ts";
export type { Context } from "./context.ts";
export type { PageProps } from "./component.ts";
export { csp, type CSPOptions } from "./csp.ts";
export { HttpError } from "./http_error.ts";
export type {
  Define,
  HandlerByMethod,
  HandlerFn,
  Method,
  Middleware,
  PageResponse,
  RouteHandler,
} from "./handlers.ts";
export { createDefine, page } from "./handlers.ts";
export { staticFiles } from "./static_files.ts";
