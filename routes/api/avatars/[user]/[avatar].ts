// A person's own picture, to those who share a room with them.
import { HttpError } from "fresh";
import { avatarAnswer } from "../../../../lib/web/chat/avatars.ts";
import { methods, sessionIn } from "../../../../lib/web/http/handlers.ts";
import { kindOf, userSpace } from "../../../../lib/chat/spaces.ts";

export const handler = methods({
  async GET(ctx) {
    const { userID } = sessionIn(ctx);
    const { user, avatar } = ctx.params;
    const answer = kindOf(userSpace(user)) &&
      await avatarAnswer(ctx.state.sync, userID, user, avatar);
    if (!answer) throw new HttpError(404, "There is no such picture.");
    return answer;
  },
});
