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
    const entry = this.#exact(url.pathname) ?? this.#byPattern(url, params);
    if (!entry) return { route: null, params, allowed: [] };
    const { path, methods } = entry;
    const item = methods.get(method) ??
      (method === "HEAD" ? methods.get("GET") : undefined);
    return { route: path, params, item, allowed: [...methods.keys()] };
  }

  #exact(path: string): Entry<T> | undefined {
    const other = path.endsWith("/") ? path.slice(0, -1) : path + "/";
    const entry = this.#entries.get(path) ?? this.#entries.get(other);
    return entry?.pattern ? undefined : entry;
  }

  #byPattern(url: URL, params: Record<string, string>): Entry<T> | undefined {
    return this.#entries.values().find(({ pattern }) => {
      const groups = pattern?.exec(url)?.pathname.groups;
      for (const name in groups) params[name] = decodeURI(groups[name] ?? "");
      return groups;
    });
  }
}
