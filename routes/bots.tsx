// How programs write into rooms, and hear what is written: for who makes a bot.
import { page } from "fresh";
import { botDocumentation } from "../lib/chat/strings/bots.ts";
import { methods } from "../lib/web/http/handlers.ts";
import { originOf } from "../lib/web/http/origin.ts";
import { define } from "../lib/web/state.ts";

export const handler = methods({
  GET(ctx) {
    ctx.state.title = botDocumentation.title;
    return page({ origin: originOf(ctx) });
  },
});

export default define.page<typeof handler>(function Bots({ data }) {
  const { title, lead, parts } = botDocumentation;
  return (
    <main id="content" class="settings">
      <h1>{title}</h1>
      <p>{lead}</p>
      {parts.map((part) => (
        <section key={part.title} class="card">
          <h2>{part.title}</h2>
          <p>{part.text}</p>
          {"code" in part && (
            <pre tabIndex={0}><code>{part.code(data.origin)}</code></pre>
          )}
        </section>
      ))}
    </main>
  );
});
