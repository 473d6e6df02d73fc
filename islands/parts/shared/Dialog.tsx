// A modal dialog, open for as long as it is rendered.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { returnToComposer } from "./writing_focus.ts";

type DialogProps = {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
};

export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
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
      aria-label={title}
      // The event comes later than close(): by then another may be open.
      onClose={() => dialog.current && onClose()}
    >
      <h2>{title}</h2>
      {children}
    </dialog>
  );
}
