// Which links a screen reader calls current, the same on the stand-in for Fresh and on upstream's.
import { assertEquals } from "@std/assert";
import { app, appTest } from "../support/shared_app.ts";

appTest(
  "Links to the open page are current, those to what lies above it are not (A1)",
  async () => {
    const ada = await app.signIn("Ada");
    const currentOn = async (path: string) => {
      const { status, body } = await ada.get(path);
      const links = [...body.matchAll(/<a\s[^>]*aria-current="[^>]*>/g)];
      return [
        status,
        ...links.map(([link]) =>
          ["href", "aria-current"].map((name) =>
            link.match(new RegExp(`${name}="([^"]*)"`))?.[1]
          ).join(" ")
        ),
      ];
    };
    assertEquals(await currentOn("/"), [200, "/ page"]);
    assertEquals(await currentOn("/settings"), [200, "/settings page"]);
    assertEquals(await currentOn("/inbox"), [200, "/inbox page"]);
    assertEquals(await currentOn("/settings/delete"), [200]);
    assertEquals(await currentOn("/rooms/general"), [
      200,
      "/rooms/general page",
    ]);
    assertEquals(await currentOn("/rooms/general/people"), [200]);
    assertEquals(await currentOn("/rooms/nothing"), [404]);
  },
);
