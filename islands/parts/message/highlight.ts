// Colours code by its language: a large script, loaded where a message has such code.
import "../shared/shared_chunk.ts";
import { type ComponentChild, h } from "preact";
import { common, createLowlight } from "lowlight";

const lowlight = createLowlight(common);

/** In UTF-16 units; a longer one would take long to colour. */
const MAX_CODE = 4_000;

/** Code as elements with highlight.js's classes; undefined for a language that it does not know. */
export function highlight(
  code: string,
  language: string,
): ComponentChild[] | undefined {
  if (code.length > MAX_CODE || !lowlight.registered(language)) return;
  return lowlight.highlight(language, code).children.map(show);
}

type Node = ReturnType<typeof lowlight.highlight>["children"][number];

function show(node: Node): ComponentChild {
  if (node.type === "text") return node.value;
  if (node.type !== "element") return null;
  const { className } = node.properties;
  const names = Array.isArray(className) ? className.join(" ") : undefined;
  return h("span", { class: names }, ...node.children.map(show));
}
