// Islands' props on their way into the page.
import { Signal } from "@preact/signals";
import { stringify } from "devalue";
import { isValidElement } from "preact";
import type { Island } from "./build.ts";

/**
 * All props of a page as one string literal of JavaScript, safe inside
 * `<script>`. Together, so that a signal given to two islands stays one signal.
 */
export function serializeProps(
  instances: { island: Island; props: unknown }[],
): string {
  try {
    const text = stringify(instances.map(({ props }) => props), reducers);
    return JSON.stringify(text);
  } catch (cause) {
    const { path = "", message } = cause as Error & { path?: string };
    const index = Number(path.match(/\d+/)?.[0] ?? 0);
    const { name } = instances[index].island;
    const where = path.replace(/^\[\d+\]\.?/, "");
    throw new Error(
      `Props of the island ${name} cannot be serialized: ${message} (${where})`,
      { cause },
    );
  }
}

// devalue takes a falsy result for "not mine", hence the arrays.
const reducers = {
  Computed: (value: unknown) =>
    value instanceof Signal &&
    Object.getPrototypeOf(value) !== Signal.prototype && [value.peek()],
  Signal: (value: unknown) => value instanceof Signal && [value.peek()],
  // After signals, which pass isValidElement() as well.
  Element: (value: unknown) => {
    if (!isValidElement(value) || !("props" in value)) return false;
    throw new Error("JSX is not supported by the stand-in for Fresh");
  },
};
