// The keys by which push services know this server (VAPID, RFC 8292): made once, kept in KV.
import { commitOrUnavailable } from "../../sync/mod.ts";

/** Both in base64url: 65 bytes of a point of P-256, and 32 of its private number. */
export type VapidKeys = { publicKey: string; privateKey: string };

const KEY = ["vapid"];

/** The keys; whoever asks first makes them, and of several processes that do all get those of one. */
export async function vapidKeys(kv: Deno.Kv): Promise<VapidKeys> {
  for (;;) {
    const found = await kv.get<VapidKeys>(KEY);
    if (found.value) return found.value;
    await commitOrUnavailable(
      kv.atomic().check(found).set(KEY, await newKeys()),
    );
  }
}

async function newKeys(): Promise<VapidKeys> {
  const algorithm = { name: "ECDH", namedCurve: "P-256" };
  const { publicKey, privateKey } = await crypto.subtle.generateKey(
    algorithm,
    true,
    ["deriveBits"],
  );
  const point = await crypto.subtle.exportKey("raw", publicKey);
  const { d } = await crypto.subtle.exportKey("jwk", privateKey);
  return { publicKey: toBase64url(new Uint8Array(point)), privateKey: d! };
}

export const toBase64url = (bytes: Uint8Array): string =>
  bytes.toBase64({ alphabet: "base64url", omitPadding: true });
