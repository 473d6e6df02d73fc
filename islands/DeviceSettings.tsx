// What is set for this device alone: the theme, and notifications.
import "./parts/shared/common.ts";
import { deviceStrings } from "../lib/chat/strings/device.ts";
import { Notices } from "./parts/device/Notices.tsx";
import { Theme } from "./parts/device/Theme.tsx";

export default function DeviceSettings() {
  return (
    <section class="card" aria-labelledby="device-title">
      <h2 id="device-title">{deviceStrings.title}</h2>
      <Theme />
      <Notices />
    </section>
  );
}
