// The field of a form for the name of a person or room, with the reason when one was refused.
import { MAX_NAME } from "../../../lib/chat/lengths.ts";
import { Refusal } from "./Refusal.tsx";

type NameFieldProps = {
  label: string;
  /** Its first value. */
  name?: string;
  refusal?: string;
  autocomplete: "nickname" | "off";
  autofocus?: boolean;
  hint?: string;
  /** Whether the hint says that the name was saved, and is read aloud. */
  saved?: boolean;
};

export function NameField(props: NameFieldProps) {
  const { label, name, refusal, hint, saved } = props;
  const describedBy = [refusal && "refusal", hint && "hint"].filter(Boolean)
    .join(" ");
  return (
    <>
      <label for="name">{label}</label>
      <input
        id="name"
        name="name"
        value={name}
        dir="auto"
        autocomplete={props.autocomplete}
        autofocus={props.autofocus}
        required
        maxLength={MAX_NAME}
        aria-invalid={refusal ? "true" : undefined}
        aria-describedby={describedBy || undefined}
      />
      <Refusal id="refusal" text={refusal} />
      {hint && (
        <p id="hint" class="hint" role={saved ? "status" : undefined}>{hint}</p>
      )}
    </>
  );
}
