// The components of pages, what they receive, and how they are called.
import {
  type AnyComponent,
  type FunctionComponent,
  h,
  type VNode,
} from "preact";
import type { ResolvedFreshConfig } from "./config.ts";

/** What contexts and components have in common. */
export interface Shared<State> {
  readonly req: Request;
  /** The request's URL, double slashes collapsed. */
  readonly url: URL;
  readonly info: Deno.ServeHandlerInfo;
  readonly config: ResolvedFreshConfig;
  /** The pattern that matched, such as `/rooms/:room`; null for none. */
  readonly route: string | null;
  readonly params: Record<string, string>;
  /** What middlewares leave for handlers and pages. */
  readonly state: State;
  /** What was thrown, where an error page is rendered. */
  error: unknown;
}

/** What a component receives. */
export interface PageProps<Data = unknown, State = unknown>
  extends Shared<State> {
  /** What the handler returned. */
  data: Data;
  /** In `_app`: the page. */
  Component: FunctionComponent;
}

/** The default export of a page, of `_app` or of `_error`. */
// deno-lint-ignore no-explicit-any
export type PageComponent<State> = AnyComponent<PageProps<any, State>>;

/** The properties of a component, from a context. */
export function pageProps<State>(
  { next: _, ...shared }: Shared<State> & { next?: unknown },
  Component: FunctionComponent,
  data: unknown = null,
): PageProps<unknown, State> {
  return { ...shared, Component, data };
}

/** An async component is awaited and may answer by itself; others render later. */
export async function invoke(
  // deno-lint-ignore no-explicit-any
  component: any,
  props: object,
): Promise<VNode | Response> {
  const isAsync = component.constructor.name === "AsyncFunction";
  return isAsync ? await component(props) : h(component, props);
}
