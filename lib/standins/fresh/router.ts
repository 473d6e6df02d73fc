// Finds the handler of a request: exact paths first, then patterns in their order.
import type { Method } from "./handlers.ts";

interface Entry<T> {
  path: string;
  pattern: URLPattern | null;
  methods: Map<string, T>;
}

/** What `match()` found. `item` is absent where the path is known and its method is not. */
export interface Match<T> {
  route: string | null;
  params: Record<string, string>;
  item?: T;
  allowed: string[];
}

/** Routes by path (`/rooms`) or URL pattern (`/rooms/:room`), and by method. */
export class Router<T> {
  #entries = new Map<string, Entry<T>>();

  /** Adds a route. The first one of a path and a method wins. */
  add(methods: readonly Method[], path: string, item: T): void {
    let entry = this.#entries.get(path);
    if (!entry) {
      const pattern = /[*:{}+?()]/.test(path)
        ? new URLPattern({ pathname: path })
        : null;
      entry = { path, pattern, methods: new Map() };
      this.#entries.set(path, entry);
    }
    for (const method of methods) {
      if (!entry.methods.has(method)) entry.methods.set(method, item);
    }
  }

  /** HEAD falls to GET, and `/rooms/` to `/rooms`. */
  match(method: string, url: URL): Match<T> {
    const params: Record<string, string> = Object.create(null);
    const entry = this.#exact(url.pathname);
    if (entry) return this.#found(entry, method, params);
    for (const entry of this.#entries.values()) {
      const groups = entry.pattern?.exec(url)?.pathname.groups;
      if (!groups) continue;
      for (const [name, value] of Object.entries(groups)) {
        params[name] = decodeURI(value ?? "");
      }
      return this.#found(entry, method, params);
    }
    return { route: null, params, allowed: [] };
  }

  #exact(pathname: string): Entry<T> | undefined {
    const other = pathname.endsWith("/")
      ? pathname.slice(0, -1)
      : pathname + "/";
    const entry = this.#entries.get(pathname) ?? this.#entries.get(other);
    return entry?.pattern ? undefined : entry;
  }

  #found(
    { path, methods }: Entry<T>,
    method: string,
    params: Record<string, string>,
  ): Match<T> {
    const item = methods.get(method) ??
      (method === "HEAD" ? methods.get("GET") : undefined);
    return { route: path, params, item, allowed: [...methods.keys()] };
  }
}
