// Why something did not work, beside what was pressed.

// At the end of what scrolls it would come below the window.
const bringIntoView = (element: HTMLElement | null) =>
  element?.scrollIntoView({ block: "nearest" });

/** Nothing while there is no text. */
export const Refusal = ({ text }: { text: string | undefined }) =>
  text ? <p ref={bringIntoView} class="refusal" role="alert">{text}</p> : null;
