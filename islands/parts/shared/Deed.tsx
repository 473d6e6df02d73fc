// A button that posts what is to be done, in a form of its own: for pages of the server, it needs no script.
import type { ComponentChildren } from "preact";

type DeedProps = {
  deed: string;
  id?: string;
  name?: string;
  /** Where it is posted; else to the page's address, whose fragment stays in that of the page it leads to. */
  action?: string;
  class?: string;
  /** Further fields of the form. */
  more?: ComponentChildren;
  children: string;
};

export function Deed(
  { deed, id, name, action, class: look, more, children }: DeedProps,
) {
  return (
    <form method="post" action={action}>
      {id !== undefined && <input type="hidden" name="id" value={id} />}
      {name !== undefined && <input type="hidden" name="name" value={name} />}
      {more}
      <button type="submit" name="do" value={deed} class={look}>
        {children}
      </button>
    </form>
  );
}
