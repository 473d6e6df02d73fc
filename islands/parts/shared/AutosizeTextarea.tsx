// A box for text that is as high as its text.
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
  { box, value, label, onInput, ...more }: AutosizeTextareaProps,
) {
  // By hand: as a prop it would wipe what was typed before the page was alive.
  const mounted = useRef(false);
  useLayoutEffect(() => {
    const { current } = box;
    const begun = mounted.current || value !== "";
    if (current && begun && current.value !== value) current.value = value;
    mounted.current = true;
  }, [value]);

  return (
    // The copy gives the grid cell the height of the text.
    <div class="growing" data-copy={value}>
      <textarea
        ref={box}
        rows={1}
        dir="auto"
        aria-label={label}
        {...more}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </div>
  );
}
