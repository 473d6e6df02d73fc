// An app's settings.

/** What `new App(config)` takes. */
export interface FreshConfig {
  /** Default "production". */
  mode?: "development" | "production";
  /** Believe `X-Forwarded-Proto` and `X-Forwarded-Host` in `ctx.url`. Default false. */
  trustProxy?: boolean;
}

/** The settings as an app holds them. */
export interface ResolvedFreshConfig extends Required<FreshConfig> {
  /** The project's folder. */
  root: string;
  /** Always empty here: this stand-in serves from the root of its host. */
  basePath: string;
}
