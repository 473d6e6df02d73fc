// Islands' props on their way into the page.
import { Signal } from "@preact/signals";
import { stringify } from "devalue";
import { isValidElement } from "preact";
import type { Island } from "./build.ts";

/** An island as it was rendered. */
export interface Instance {
  island: Island;
  props: object;
}

/**
 * All props of a page as one string literal of JavaScript, safe inside
 * `<script>`. Together, so that a signal given to two islands stays one signal.
 */
export function serializeProps(instances: Instance[]): string {
  for (const { island, props } of instances) {
    for (const [name, value] of Object.entries(props)) {
      // Signals pass isValidElement(). So do objects without a prototype, such
      // as ctx.params, and upstream takes those for JSX.
      if (!isValidElement(value) || value instanceof Signal) continue;
      throw new Error(
        `${island.name} is given JSX or an object without a prototype as ${name}`,
      );
    }
  }
  try {
    const props = instances.map(({ props }) => props);
    return JSON.stringify(stringify(props, reducers));
  } catch (cause) {
    const { path = "", message } = cause as { path?: string; message: string };
    const [, index, at] = path.match(/^\[(\d+)\]\.?(.*)$/) ?? [];
    const name = instances[Number(index)]?.island.name;
    throw new Error(`${name} is given ${at}: ${message}`, { cause });
  }
}

// devalue takes a falsy result for "not mine", hence the arrays.
const reducers = {
  Computed: (value: unknown) =>
    value instanceof Signal &&
    Object.getPrototypeOf(value) !== Signal.prototype && [value.peek()],
  Signal: (value: unknown) => value instanceof Signal && [value.peek()],
};
