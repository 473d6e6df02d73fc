// A modal dialog, open for as long as it is rendered.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { returnToComposer } from "./writing_focus.ts";

type DialogProps = {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
};

export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const { current } = dialog;
    current!.showModal();
    return () => {
      current!.close(); // gives back the focus,
      returnToComposer(); // in a room to where one writes
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class="card"
      aria-labelledby={id}
      // The event comes later than close(): by then another may be open.
      onClose={() => dialog.current && onClose()}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}
