// The browser's part: finds a page's islands and brings them to life.
import { signal } from "@preact/signals";
import { type ComponentType, h, render } from "preact";

/** Renders `components[i]` with the i-th props over the i-th island's HTML. */
export function boot(
  components: ComponentType[],
  propsWith: (make: typeof signal) => object[],
): void {
  const props = propsWith(signal);
  const markers = new Map<string, Comment>();
  const comments = document.createTreeWalker(
    document.body,
    NodeFilter.SHOW_COMMENT,
  );
  while (comments.nextNode()) {
    const comment = comments.currentNode as Comment;
    markers.set(comment.data, comment);
  }
  components.forEach((component, index) => {
    const start = markers.get(`frsh:island:${index}`)!;
    const end = markers.get(`/frsh:island:${index}`)!;
    // One task each: a failing island must not take the others along, and
    // a page full of them must stay responsive.
    setTimeout(() => render(h(component, props[index]), range(start, end)));
  });
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
