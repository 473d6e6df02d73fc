// What this project uses of Fresh's main entry, under upstream's names.

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
