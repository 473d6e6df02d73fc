// Why something did not work, beside what was pressed.

// At the end of what scrolls it would come below the window.
const bringIntoView = (element: HTMLElement | null) =>
  element?.scrollIntoView({ block: "nearest" });

/** Nothing while there is no text. */
export const Refusal = ({ id, text }: { id?: string; text?: string }) =>
  text
    ? <p ref={bringIntoView} id={id} class="refusal" role="alert">{text}</p>
    : null;
