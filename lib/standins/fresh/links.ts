// Tells links to the current page, and to the pages above it, apart from others.
import type { VNode } from "preact";

/** Sets `aria-current`, and `data-current` or `data-ancestor` for styles. */
export function markLink(vnode: VNode, current: URL): void {
  const props = vnode.props as Record<string, unknown>;
  const { href } = props;
  if (typeof href !== "string" || !href.startsWith("/")) return;
  if (props["aria-current"] !== undefined) return;
  const target = new URL(href, current);
  const here = trimmed(current), there = trimmed(target);
  const same = here === there;
  if (same && (!target.search || target.search === current.search)) {
    props["data-current"] = "true";
    props["aria-current"] = "page";
  } else if (same || there === "/" || here.startsWith(there + "/")) {
    props["data-ancestor"] = "true";
    props["aria-current"] = "true";
  }
}

function trimmed({ pathname }: URL): string {
  return pathname.replace(/(.)\/$/, "$1");
}
