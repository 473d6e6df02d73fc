// People's own pictures: small ones of one kind, for those who share a room with the person.
import { createHash } from "node:crypto";
import {
  AVATAR_PIXELS,
  MAX_AVATAR_BYTES,
  typeOf,
} from "../../chat/file_type.ts";
import { Refusal } from "../../chat/refusal.ts";
import { avatarSpace, userSpace } from "../../chat/spaces.ts";
import { assertPerson, mayMeet } from "../auth/access.ts";
import { NO_SITE } from "../files/file_answer.ts";
import type { ChatSync } from "./domain.ts";
import { updateProfileInRooms } from "./profile.ts";

/** The entry `picture` in a person's `avatarSpace`: a JPEG, in base64. */
type Picture = { id: string; jpeg: string };

/** Of the hash, in hex digits: a picture's name is its person's alone, so 128 bits are plenty. */
const ID_LENGTH = 32;

/**
 * Has a person show this picture, in place of the one before it, and brings its
 * ID to their rooms. Throws a refusal: `bad-args` for anything but a JPEG of
 * 128 × 128 pixels, `too-large`, and `not-allowed` for a person who is gone.
 */
export async function setAvatar(
  sync: ChatSync,
  userID: string,
  jpeg: Uint8Array,
): Promise<string> {
  assertAvatar(jpeg);
  const hash = createHash("sha256").update(jpeg).digest("hex");
  const id = hash.slice(0, ID_LENGTH);
  const picture: Picture = { id, jpeg: jpeg.toBase64() };
  const spaces = [userSpace(userID), avatarSpace(userID)];
  // Together, so that no profile ever names a picture that is not there.
  await sync.write(spaces, async (own, there) => {
    await own.set("profile", { ...await assertPerson(own), avatar: id });
    await there.set("picture", picture);
  });
  await updateProfileInRooms(sync, userID);
  return id;
}

/** Has a person show their initials again. Throws a `not-allowed` refusal for one who is gone. */
export async function removeAvatar(
  sync: ChatSync,
  userID: string,
): Promise<void> {
  const spaces = [userSpace(userID), avatarSpace(userID)];
  await sync.write(spaces, async (own, there) => {
    const { avatar: _, ...profile } = await assertPerson(own);
    await own.set("profile", profile);
    await there.del("picture");
  });
  await updateProfileInRooms(sync, userID);
}

function assertAvatar(jpeg: Uint8Array): void {
  if (jpeg.length > MAX_AVATAR_BYTES) {
    throw new Refusal(
      "too-large",
      `A picture of oneself has at most ${MAX_AVATAR_BYTES / 1024} KiB.`,
    );
  }
  const { type, width, height } = typeOf(jpeg);
  const isOne = type === "image/jpeg" && width === AVATAR_PIXELS &&
    height === AVATAR_PIXELS;
  if (isOne) return;
  throw new Refusal(
    "bad-args",
    `picture: Send a JPEG of ${AVATAR_PIXELS} × ${AVATAR_PIXELS} pixels.`,
  );
}

/**
 * The answer that is a person's picture; undefined when they have no such one,
 * any more or at all, and for who shares no room with them.
 */
export async function avatarAnswer(
  sync: ChatSync,
  askerID: string,
  userID: string,
  id: string,
): Promise<Response | undefined> {
  const [isForThem, [found]] = await Promise.all([
    mayMeet(sync, askerID, userID),
    sync.get(avatarSpace(userID), "picture"),
  ]);
  const picture = found as Picture | undefined;
  if (!isForThem || picture?.id !== id) return undefined;
  return new Response(Uint8Array.fromBase64(picture.jpeg), {
    headers: {
      ...NO_SITE,
      "content-type": "image/jpeg",
      "content-disposition": "inline",
      // Another picture has another address.
      "cache-control": "private, max-age=31536000, immutable",
    },
  });
}
