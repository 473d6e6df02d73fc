// Keeps `aria-current` as the pages say it: upstream's Fresh has a say of its own.
import "fresh"; // its hook first
import { options } from "preact";

/**
 * Fresh marks each link to an address above the page's as `aria-current`, too,
 * so that a screen reader calls "Find rooms" the current page in every room.
 * Undoes that, for all that is rendered from then on; to be called once.
 */
export function keepAriaCurrent(): void {
  const before = options.vnode;
  options.vnode = (vnode) => {
    if (vnode.type !== "a") return before?.(vnode);
    const props = vnode.props as { "aria-current"?: unknown };
    const said = props["aria-current"];
    before?.(vnode);
    // Fresh leaves alone what has been said.
    if (said === undefined) delete props["aria-current"];
  };
}
