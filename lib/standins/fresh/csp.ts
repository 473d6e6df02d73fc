// The Content-Security-Policy middleware.
import type { Middleware } from "./handlers.ts";
import { nonces } from "./render.ts";

const DEFAULTS = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "media-src 'self' data: blob:",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "upgrade-insecure-requests",
];

interface CSPOptions {
  /** Directives (`"img-src 'self'"`); one replaces the default of its name. */
  csp?: string[];
  /** Allow inline scripts and styles by the page's nonce instead of all of them. */
  useNonce?: boolean;
}

/** Sets the policy on what `ctx.next()` answers; what was not rendered has no nonce and keeps `'unsafe-inline'`. */
export function csp<State>(
  { csp: own = [], useNonce = false }: CSPOptions = {},
): Middleware<State> {
  const nameOf = (directive: string) => directive.split(" ")[0];
  const names = new Set(own.map(nameOf));
  const kept = DEFAULTS.filter((directive) => !names.has(nameOf(directive)));
  const policy = [...kept, ...own].join("; ");
  return async (ctx) => {
    const response = await ctx.next();
    const nonce = useNonce && nonces.get(response);
    response.headers.set(
      "Content-Security-Policy",
      nonce ? policy.replaceAll("'unsafe-inline'", `'nonce-${nonce}'`) : policy,
    );
    return response;
  };
}
