// The browser's part: finds a page's islands and brings them to life.
import { computed, signal } from "@preact/signals";
import { parse } from "devalue";
import { type ComponentType, h, options, render, type VNode } from "preact";
import { lockImage } from "./asset.ts";

const hooks = options as { vnode?: (vnode: VNode) => void };
const { vnode: onCreate } = hooks;
hooks.vnode = (vnode) => {
  lockImage(vnode);
  onCreate?.(vnode);
};

/** Renders `components[i]` with the i-th props over the i-th island's HTML. */
export function boot(components: ComponentType[], text: string): void {
  const props = parse(text, {
    Signal: ([value]: [unknown]) => signal(value),
    Computed: ([value]: [unknown]) => computed(() => value),
  });
  const markers = findMarkers();
  components.forEach((component, index) => {
    const start = markers.get(`frsh:island:${index}`);
    const end = markers.get(`/frsh:island:${index}`);
    if (!start || !end || start.parentNode !== end.parentNode) {
      console.error(
        `Island ${index} is torn apart: is there a <div> inside a <p>?`,
      );
      return;
    }
    // One task each: a failing island must not take the others along, and
    // a page full of them must stay responsive.
    setTimeout(() => render(h(component, props[index]), range(start, end)));
  });
}

function findMarkers(): Map<string, Comment> {
  const markers = new Map<string, Comment>();
  const walker = document.createTreeWalker(
    document.body,
    NodeFilter.SHOW_COMMENT,
  );
  while (walker.nextNode()) {
    const comment = walker.currentNode as Comment;
    markers.set(comment.data, comment);
  }
  return markers;
}

/**
 * The nodes between two markers, as much of an element as Preact needs to
 * render into: islands share their parent with other nodes.
 */
function range(start: Comment, marker: Comment): Element {
  const parent = start.parentNode!;
  // Preact steps over comments, and so would put new nodes behind the marker.
  const end = new Text("");
  marker.replaceWith(end);
  const childNodes: ChildNode[] = [];
  for (let node = start.nextSibling!; node !== end; node = node.nextSibling!) {
    childNodes.push(node);
  }
  return {
    namespaceURI: (parent as Element).namespaceURI,
    childNodes,
    firstChild: childNodes[0],
    insertBefore: (node: Node, before: Node | null) =>
      parent.insertBefore(node, before ?? end),
  } as unknown as Element;
}
