// A component that renders again only when one of its props has changed.
import { Component, type FunctionComponent, h } from "preact";

/**
 * Wraps a component whose props are compared one by one, by identity, and
 * arrays by that of their members. For rows of long lists: an unchanged row
 * costs a comparison.
 */
export function memo<P extends object>(
  Inner: FunctionComponent<P>,
): new () => Component<P> {
  return class extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      const now = this.props as Record<string, unknown>;
      return Object.entries(next).some(([name, value]) =>
        !same(now[name], value)
      );
    }
    render() {
      return h(Inner, this.props);
    }
  };
}

const same = (a: unknown, b: unknown): boolean =>
  a === b ||
  (Array.isArray(a) && Array.isArray(b) && a.length === b.length &&
    a.every((each, i) => each === b[i]));
