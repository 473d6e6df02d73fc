// Sends a notice to this session's device, to see whether it comes.
import { pageStrings } from "../../../lib/chat/strings/pages.ts";
import { failure } from "../../../lib/web/http/errors.ts";
import { methods, sessionIn } from "../../../lib/web/http/handlers.ts";
import { readOptionalJSON } from "../../../lib/web/http/bodies.ts";

const words = pageStrings.noticeTest;

export const handler = methods({
  async POST(ctx) {
    const session = sessionIn(ctx);
    const { limits, noticeSender } = ctx.state;
    await limits.count("noticeTest", session.userID);
    await readOptionalJSON(ctx);
    const notice = { ...words.notice, tag: "test", url: "/settings" };
    const failed = await noticeSender.test(session, notice)
      .catch((error) => {
        console.warn("A test notice was not sent", error);
        return "no-answer" as const;
      });
    switch (failed) {
      case undefined:
        return new Response(null, { status: 204 });
      case "not-subscribed":
      case "gone":
        return failure(404, "not-found", words.gone);
      case "no-answer":
        return failure(502, "push-service", words.noAnswer);
      default:
        return failure(502, "push-service", words.refused(failed.status));
    }
  },
});
