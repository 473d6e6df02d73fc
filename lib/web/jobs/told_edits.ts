// Tells the edit of a message from a reaction to one that was edited: in the log they look the same.
import { commitOrUnavailable } from "../../sync/mod.ts";

/** An edit is news for so long. */
export const EDIT_IS_NEWS_MS = 86_400_000;

/** Which edits a follower has been told of: `[kind, roomID, messageID]` is the time of the last one, for a day. */
export class ToldEdits {
  constructor(
    private readonly kv: Deno.Kv,
    private readonly kind: string,
  ) {}

  /** Whether a message, edited at `editedAt`, has not been told of since, and that is news. */
  async isNews(
    roomID: string,
    messageID: string,
    editedAt: number,
  ): Promise<boolean> {
    if (editedAt <= Date.now() - EDIT_IS_NEWS_MS) return false;
    const key = this.#key(roomID, messageID);
    return (await this.kv.get<number>(key)).value !== editedAt;
  }

  /** Once all is stored that follows from it: what is told again after a crash must not be taken for a reaction. */
  async told(
    roomID: string,
    messageID: string,
    editedAt: number,
  ): Promise<void> {
    const options = { expireIn: EDIT_IS_NEWS_MS };
    const key = this.#key(roomID, messageID);
    await commitOrUnavailable(this.kv.atomic().set(key, editedAt, options));
  }

  #key(roomID: string, messageID: string): Deno.KvKey {
    return [this.kind, roomID, messageID];
  }
}
