// Delivers notices by the push services of browsers: Web Push (RFC 8030), encrypted (RFC 8291) and signed (RFC 8292).
import { encryptNotification, vapidHeaders } from "@block65/webcrypto-web-push";
import type { Outgoing, OutgoingAnswer } from "../http/outgoing.ts";
import type { Subscription } from "./subscriptions.ts";
import { vapidKeys } from "./vapid_keys.ts";

/** What the service worker shows; see static/sw.js. As JSON it fits the 3,993 bytes that one may carry. */
export type Notice = {
  title: string;
  body: string;
  /** The ID of the message: a notice of it that stands, as of an open tab, is replaced. */
  tag: string;
  url: string;
  roomID?: string;
  seq?: number;
  /** The last `seq` that was read in the room: notices up to it are withdrawn. */
  read?: number;
  /** Whether it takes the place of the one before it in the room. */
  isPlain?: boolean;
};

export type Delivery = {
  /** Of notices that wait for a device, one of the same topic takes the place of the one before it. 32 characters of base64url at most. */
  topic: string;
  /** For how long the push service keeps it, in seconds. */
  ttl: number;
  urgency: "normal" | "high";
};

/** Hands a notice to a push service. Throws what `Outgoing` throws. */
export type Deliver = (
  to: Subscription,
  notice: Notice,
  how: Delivery,
) => Promise<OutgoingAnswer>;

/** By the door for all that leaves; push services are told of the setting `ORIGIN`, to reach the operator. */
export function webPush(
  kv: Deno.Kv,
  outgoing: Outgoing,
  publicOrigin: string | undefined,
): Deliver {
  const isKnown = publicOrigin?.startsWith("https:");
  const subject = isKnown ? publicOrigin : "mailto:operator@kvetch.invalid";
  return async ({ endpoint, keys }, notice, { topic, ttl, urgency }) => {
    const device = { endpoint, keys, expirationTime: null };
    const vapid = { ...await vapidKeys(kv), subject };
    const { headers } = await vapidHeaders(device, vapid);
    const plain = new TextEncoder().encode(JSON.stringify(notice));
    return await outgoing.post(new URL(endpoint), {
      ...headers,
      topic,
      urgency,
      ttl: `${ttl}`,
      "content-encoding": "aes128gcm",
      "content-type": "application/octet-stream",
    }, await encryptNotification(device, plain));
  };
}
