// The Content-Security-Policy middleware.
import type { Middleware } from "./handlers.ts";
import { NONCE } from "./render.ts";

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

/** Options of {@linkcode csp}. */
export interface CSPOptions {
  /** Directives (`"img-src 'self'"`); one replaces the default of its name. */
  csp?: string[];
  /** Allow inline scripts and styles by the page's nonce instead of all of them. */
  useNonce?: boolean;
}

/**
 * Sets `Content-Security-Policy` on what `ctx.next()` answers. An answer that
 * was not rendered has no nonce and keeps `'unsafe-inline'`.
 */
export function csp<State>(options: CSPOptions = {}): Middleware<State> {
  const own = options.csp ?? [];
  const nameOf = (directive: string) => directive.split(" ")[0];
  const names = new Set(own.map(nameOf));
  const kept = DEFAULTS.filter((directive) => !names.has(nameOf(directive)));
  const policy = [...kept, ...own];
  const mayHoldNonce =
    /^(default-src|script-src(-elem)?|style-src(-elem|-attr)?) /;

  return async (ctx) => {
    const response: Response & { [NONCE]?: string } = await ctx.next();
    const nonce = options.useNonce ? response[NONCE] : undefined;
    const directives = policy.map((directive) =>
      nonce && mayHoldNonce.test(directive)
        ? directive.replaceAll("'unsafe-inline'", `'nonce-${nonce}'`)
        : directive
    );
    response.headers.set("Content-Security-Policy", directives.join("; "));
    return response;
  };
}
