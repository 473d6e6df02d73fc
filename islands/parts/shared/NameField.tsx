// The field for a name of a person or room in a plain form, with the reason when it was refused.
import { MAX_NAME } from "../../../lib/chat/lengths.ts";

type NameFieldProps = {
  label: string;
  /** What is in it at first. */
  name?: string;
  refusal?: string;
  autocomplete: "nickname" | "off";
  autofocus?: boolean;
  hint?: string;
  /** Whether the hint is news, to be read aloud. */
  saved?: boolean;
};

export function NameField(props: NameFieldProps) {
  const { label, name, refusal, hint, saved } = props;
  const said = [refusal && "refusal", hint && "hint"].filter(Boolean).join(" ");
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
        aria-describedby={said || undefined}
      />
      {refusal && <p id="refusal" class="refusal" role="alert">{refusal}</p>}
      {hint && (
        <p id="hint" class="hint" role={saved ? "status" : undefined}>{hint}</p>
      )}
    </>
  );
}
