// A route: its handlers, its component, and how they answer a request.
import type { VNode } from "preact";
import { invoke, type PageComponent, pageProps } from "./component.ts";
import type { Context } from "./context.ts";
import type { HandlerFn, Method, RouteHandler } from "./handlers.ts";

/** What a route file exports. */
export interface Route<State> {
  handler: RouteHandler<unknown, State>;
  component?: PageComponent<State>;
}

/** Reads a route from a file's exports; a component alone answers every method. */
export function toRoute<State>(
  file: string,
  exports: Record<string, unknown>,
): Route<State> {
  const component = exports.default as PageComponent<State> | undefined;
  const handler = (exports.handlers ?? exports.handler) as
    | RouteHandler<unknown, State>
    | undefined;
  if (!component && !handler) {
    throw new Error(
      `${file} must export a default component, "handler" or "handlers"`,
    );
  }
  const render: HandlerFn<unknown, State> = () => ({ data: {} });
  if (!handler) return { handler: render, component };
  if (typeof handler === "function" || !component) {
    return { handler, component };
  }
  return { handler: { GET: render, ...handler }, component };
}

/** Answers with the route's handler, and with its component where it returned data. */
export async function answer<State>(
  ctx: Context<State>,
  route: Route<State>,
  status: number,
): Promise<Response> {
  const handler = pick(route.handler, ctx.req.method as Method);
  // Upstream, too, falls through to 404 where 405 would be right.
  if (!handler) return await ctx.next();
  const result = await handler(ctx);
  if (result instanceof Response) return result;
  let vnode: VNode | null = null;
  if (route.component) {
    const props = pageProps(ctx, () => null, result.data);
    const made = await invoke(route.component, props);
    if (made instanceof Response) return made;
    vnode = made;
  }
  return await ctx.render(vnode, {
    status: result.status ?? status,
    headers: new Headers(result.headers),
  });
}

function pick<State>(handler: RouteHandler<unknown, State>, method: Method) {
  if (typeof handler === "function") return handler;
  return handler[method] ?? (method === "HEAD" ? handler.GET : undefined);
}
