// A text box that grows with its text.
import type { JSX, RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

type AutosizeTextareaProps =
  & Omit<JSX.TextareaHTMLAttributes<HTMLTextAreaElement>, "onInput">
  & {
    box: RefObject<HTMLTextAreaElement>;
    value: string;
    label: string;
    onInput: (text: string) => void;
  };

export function AutosizeTextarea(
  { box, value, label, onInput, ...attributes }: AutosizeTextareaProps,
) {
  // By hand: as a prop it would wipe what was typed before hydration.
  const mounted = useRef(false);
  useLayoutEffect(() => {
    const { current } = box;
    const begun = mounted.current || value !== "";
    if (current && begun && current.value !== value) current.value = value;
    mounted.current = true;
  }, [value]);

  return (
    // The stylesheet shows the copy unseen: it gives the grid cell its height.
    <div class="growing" data-copy={value}>
      <textarea
        ref={box}
        rows={1}
        dir="auto"
        aria-label={label}
        {...attributes}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </div>
  );
}
