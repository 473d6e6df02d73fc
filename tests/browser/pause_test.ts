// What a person sees and can do once the server takes nothing more from them.
import { assertEquals } from "@std/assert";
import { browserTest } from "../support/browser.ts";
import { connection, mayWrite, messages, send } from "../support/room_page.ts";
import { onePerson } from "../support/two_people.ts";

browserTest(
  "Signed out, what is unsent is kept, can be copied, and is sent after signing in again",
  async (device) => {
    await using general = await onePerson(device, {
      permissions: ["clipboard-read", "clipboard-write"],
    });
    const { ada } = general;
    const context = ada.context();
    const cookies = await context.cookies();
    await context.clearCookies();
    await send(ada, "Behind a closed door");
    const alert = ada.getByRole("alert").filter({ hasText: "signed out" });
    await alert.filter({ hasText: "1 change not sent" }).waitFor();
    await connection(ada, "Not connected · 1 unsent").waitFor();
    await messages(ada, "Behind a closed door", "pending").waitFor();
    await ada.getByRole("button", { name: "Copy", exact: true }).click();
    await ada.getByText("Copied.").waitFor();
    const copied = await ada.evaluate("navigator.clipboard.readText()");
    assertEquals(copied, "Behind a closed door");

    await context.addCookies(cookies); // as the private sign-in link does
    await ada.getByRole("link", { name: "Sign in again" }).click();
    await mayWrite(ada);
    await messages(ada, "Behind a closed door", "sent").waitFor();
    assertEquals(await messages(ada).count(), 1);
    assertEquals(await ada.getByRole("alert").count(), 0);
  },
);

browserTest(
  "What one discards after being signed out is gone, and was never sent (A8)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await send(ada, "Kept");
    await messages(ada, "Kept", "sent").waitFor();
    const context = ada.context();
    const cookies = await context.cookies();
    await context.clearCookies();
    await send(ada, "Regretted");
    await ada.getByRole("button", { name: "Discard" }).click();
    const dialog = ada.getByRole("dialog", { name: "Discard 1 change?" });
    await dialog.getByRole("button", { name: "Discard" }).click();
    await ada.getByText("Nothing of yours is waiting to be sent.").waitFor();
    await messages(ada, "Regretted").waitFor({ state: "detached" });
    await messages(ada, "Kept", "sent").waitFor();
    await context.addCookies(cookies);
    await ada.getByRole("link", { name: "Sign in again" }).click();
    await mayWrite(ada);
    await messages(ada, "Kept", "sent").waitFor();
    assertEquals(await messages(ada).count(), 1);
  },
);

browserTest(
  "What the server cannot take is said, can be tried again, and is discarded without a trace (R3)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await ada.route("**/api/replicache/push*", async (route) => {
      const isBad = route.request().postData()!.includes("Unbearable");
      const json = { error: "malformed", message: "No." };
      await (isBad ? route.fulfill({ status: 400, json }) : route.continue());
    });
    await send(ada, "Unbearable");
    const alert = ada.getByRole("alert").filter({ hasText: "can't take" });
    await alert.filter({ hasText: "1 change not sent" }).waitFor();
    const again = ada.waitForRequest(/push/);
    await ada.getByRole("button", { name: "Try again" }).click();
    await again;
    await alert.waitFor();
    await ada.getByRole("button", { name: "Discard" }).click();
    const dialog = ada.getByRole("dialog", { name: "Discard 1 change?" });
    await dialog.getByRole("button", { name: "Discard" }).click();
    await alert.waitFor({ state: "detached" });
    await messages(ada, "Unbearable").waitFor({ state: "detached" });
    await send(ada, "Light");
    await messages(ada, "Light", "sent").waitFor();
    assertEquals(await messages(ada).count(), 1);
  },
);

browserTest(
  "A page of another version than the server's offers to be loaded again, and what is unsent waits (R3)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await ada.route(
      "**/api/replicache/push*",
      (route) =>
        route.fulfill({
          json: { error: "VersionNotSupported", versionType: "push" },
        }),
    );
    await send(ada, "From before");
    await ada.getByRole("alert").filter({ hasText: "different versions" })
      .waitFor();
    await ada.unrouteAll();
    await ada.getByRole("button", { name: "Reload" }).click();
    await messages(ada, "From before", "sent").waitFor();
  },
);
