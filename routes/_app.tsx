// The document around every page: head, skip link, and the banner that says where and who one is.
import { HttpError } from "fresh";
import { asset } from "fresh/runtime";
import Device from "../islands/Device.tsx";
import { avatarURL, initialsOf, tintOf } from "../lib/chat/avatar.ts";
import { errorStrings, pageStrings } from "../lib/chat/strings/pages.ts";
import { define } from "../lib/web/state.ts";

export default define.page(function App(
  { Component, error, params, state, url },
) {
  const { title, user } = state;
  const currentAt = (path: string) =>
    url.pathname === path ? "page" : undefined;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          name="viewport"
          content="width=device-width, initial-scale=1, interactive-widget=resizes-content"
        />
        <meta name="color-scheme" content="light dark" />
        <meta
          name="theme-color"
          data-theme="light"
          media="(prefers-color-scheme: light)"
          content="#fcfcfa"
        />
        <meta
          name="theme-color"
          data-theme="dark"
          media="(prefers-color-scheme: dark)"
          content="#161a17"
        />
        {/* Blocks, so that nothing is painted in another theme first. */}
        <script src={asset("/theme.js")} />
        <title>
          {pageStrings.documentTitle(error ? errorTitle(error) : title)}
        </title>
        <link rel="icon" type="image/svg+xml" href={asset("/icon.svg")} />
        <link rel="apple-touch-icon" href={asset("/icons/192.png")} />
        <link rel="manifest" href="/manifest.webmanifest" />
        <link rel="stylesheet" href={asset("/styles/all.css")} />
        {/* After the styles, which the first paint waits for. */}
        {title && isRooms(url, params.room) &&
          state.roomScripts.map((script) => (
            <link key={script.href} {...script} fetchpriority="low" />
          ))}
      </head>
      <body>
        <a class="skip" href="#content">{pageStrings.skip}</a>
        {/* Sign-in says the name of the house itself, and larger. */}
        {url.pathname !== "/signin" && (
          <header class="banner">
            <a class="brand" href="/" aria-current={currentAt("/")}>
              <img src="/icon.svg" alt="" width="28" height="28" />
              <span class="product">{pageStrings.product}</span>
            </a>
            {/* Other pages carry their heading themselves. */}
            {title && isRooms(url, params.room) && (
              <h1 class="place" dir="auto">{title}</h1>
            )}
            {user && <Device userID={user.userID} />}
            {user && (
              // GET: it asks first, as there may be no way back.
              <form class="me" action="/signout">
                <span class="who">
                  <a
                    class={`avatar ${tintOf(user.userID)}`}
                    href="/settings"
                    aria-current={currentAt("/settings")}
                    // A picture more than a word: no part of the link's name.
                    data-initials={initialsOf(user.name)}
                    aria-label={pageStrings.settings.title}
                    title={pageStrings.settings.title}
                  >
                    {user.avatar && (
                      <img src={avatarURL(user.userID, user.avatar)} alt="" />
                    )}
                  </a>
                  <span class="name" dir="auto">{user.name}</span>
                </span>
                <button type="submit" class="quiet">
                  {pageStrings.signOut}
                </button>
              </form>
            )}
          </header>
        )}
        <Component />
      </body>
    </html>
  );
});

/** Whether the page is that of a room, or of the rooms with none open. */
const isRooms = ({ pathname }: URL, room: string | undefined): boolean =>
  pathname === "/rooms" || pathname === `/rooms/${room}`;

function errorTitle(error: unknown): string {
  const [title] = errorStrings(error instanceof HttpError ? error.status : 500);
  return title;
}
