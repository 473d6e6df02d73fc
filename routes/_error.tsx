// What a visitor sees when a page cannot be shown: what happened, and a way home.
import { HttpError } from "fresh";
import { errorStrings, pageStrings } from "../lib/chat/strings/pages.ts";
import { define } from "../lib/web/state.ts";

export default define.page(function ErrorPage({ error }) {
  const status = error instanceof HttpError ? error.status : 500;
  const [title, text] = errorStrings(status);
  return (
    <main id="content" class="narrow notice">
      <p class="code">{status}</p>
      <h1>{title}</h1>
      <p>{messageOf(error) ?? text}</p>
      <p>
        <a class="button" href="/">{pageStrings.errors.home}</a>
      </p>
    </main>
  );
});

/** A refusal's own sentence. An unexpected error's text is for the log alone. */
function messageOf(error: unknown): string | undefined {
  if (!(error instanceof HttpError) || error.status >= 500) return undefined;
  // A bare status has its code's name for a message ("Not Found").
  return error.message.endsWith(".") ? error.message : undefined;
}
