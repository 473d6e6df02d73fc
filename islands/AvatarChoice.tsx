// Chooses one's own picture, in the settings: made small here, then uploaded.
import "./parts/shared/shared_chunk.ts";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { deviceStrings } from "../lib/chat/strings/device.ts";
import { loadScript } from "../lib/replica/load_script.ts";
import { errorWords } from "./parts/shared/error_words.ts";
import { Refusal } from "./parts/shared/Refusal.tsx";

const words = deviceStrings.avatar;

export default function AvatarChoice() {
  const state = useSignal<"dead" | "ready" | "busy">("dead");
  const problem = useSignal("");
  useEffect(() => {
    state.value = "ready";
  }, []);

  async function upload(file: File) {
    problem.value = ""; // so that the same words are read aloud again
    state.value = "busy";
    try {
      const { uploadAvatar } = await loadScript(() =>
        import("./parts/device/upload_avatar.ts")
      );
      problem.value = await uploadAvatar(file) ?? "";
      // With the new one everywhere in it, and word of it.
      if (problem.value === "") return location.assign("/settings?picture");
    } catch (error) {
      problem.value = errorWords(error);
    }
    state.value = "ready";
  }

  return (
    <div class="fields by-script">
      <label for="avatar">{words.choose}</label>
      <input
        id="avatar"
        type="file"
        accept="image/*"
        disabled={state.value !== "ready"}
        aria-describedby="avatar-hint"
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          currentTarget.value = ""; // the same file can be tried again
          if (file) upload(file);
        }}
      />
      <p id="avatar-hint" class="hint" role="status">
        {state.value === "busy" ? words.busy : words.hint}
      </p>
      <Refusal text={problem.value} />
    </div>
  );
}
