// What a person sees and can do when the server takes nothing from them any more.
import { assertEquals } from "@std/assert";
import { browserTest } from "../support/browser.ts";
import {
  connection,
  enter,
  mayWrite,
  messages,
  send,
} from "../support/room_page.ts";
import { startServer } from "../support/server.ts";

browserTest(
  "Signed out, what is unsent is kept, can be copied, and is sent after signing in again",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url, {
      permissions: ["clipboard-read", "clipboard-write"],
    });
    await enter(ada, "Ada");
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
  "What one discards after being signed out is gone, and was never sent",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url);
    await enter(ada, "Ada");
    await send(ada, "Kept");
    await messages(ada, "Kept", "sent").waitFor();
    const context = ada.context();
    const cookies = await context.cookies();
    await context.clearCookies();
    await send(ada, "Regretted");
    await ada.getByRole("button", { name: "Discard" }).click();
    const dialog = ada.getByRole("dialog", { name: "Discard 1 change?" });
    await dialog.getByRole("button", { name: "Discard" }).click();
    await ada.getByText("Nothing of yours is unsent.").waitFor();
    await context.addCookies(cookies);
    await ada.getByRole("link", { name: "Sign in again" }).click();
    await mayWrite(ada);
    await messages(ada, "Kept", "sent").waitFor();
    assertEquals(await messages(ada).count(), 1);
  },
);
