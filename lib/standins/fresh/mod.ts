// What this project uses of Fresh's main entry, under upstream's names.

/*
 * Upstream does more. Here `_app` renders `<html>` and `<body>`, `_error` lies
 * in `routes/` itself, parameters are whole names (`[room]`), islands take data
 * and signals but no JSX, and a process serves one build.
 */
export { App } from "./app.ts";
export type { Context, FreshConfig, PageProps } from "./context.ts";
export { csp } from "./csp.ts";
export {
  createDefine,
  type Middleware,
  page,
  type PageResponse,
} from "./handlers.ts";
export { HttpError } from "./http_error.ts";
export { staticFiles } from "./static_files.ts";
