// A push service of our own on loopback, by https, and the browser behind it: it decrypts what comes as RFC 8291 says.

const TLS = new URL("../fixtures/tls/", import.meta.url);
const read = (name: string) => Deno.readTextFile(new URL(name, TLS));

/** For the environment of a server that is to reach it. */
export const REACHES_PUSH_SERVICE = {
  OUTGOING: "anywhere",
  DENO_CERT: new URL("ca.pem", TLS).pathname,
};

/** What a browser says of its subscription. */
export type DeviceKeys = {
  endpoint: string;
  keys: { p256dh: string; auth: string };
};

export type Received = {
  device: string;
  headers: Headers;
  /** Decrypted. */
  // deno-lint-ignore no-explicit-any -- tests look into it
  notice: any;
  /** In milliseconds since 1970. */
  at: number;
};

type Device = { point: Uint8Array; privateKey: CryptoKey; auth: Uint8Array };
type Answer = { status: number; headers?: Record<string, string> };

export class PushService implements AsyncDisposable {
  readonly received: Received[] = [];
  readonly #devices = new Map<string, Device>();
  readonly #answers = new Map<string, Answer | Promise<Answer>>();
  #news = Promise.withResolvers<void>();

  private constructor(
    private readonly server: Deno.HttpServer<Deno.NetAddr>,
    private readonly host: string,
  ) {}

  /** @param host a name of its certificate: `localhost`, or one that only a test resolves. */
  static async start(host = "localhost"): Promise<PushService> {
    const [cert, key] = await Promise.all([read("cert.pem"), read("key.pem")]);
    const options = { hostname: "127.0.0.1", port: 0, cert, key };
    const taken: { by?: PushService } = {};
    const server = Deno.serve(
      { ...options, onListen() {} },
      (request) => taken.by!.#take(request),
    );
    return taken.by = new PushService(server, host);
  }

  get origin(): string {
    return `https://${this.host}:${this.server.addr.port}`;
  }

  /** A browser subscribes. */
  async subscribe(device: string): Promise<DeviceKeys> {
    const { publicKey, privateKey } = await newPair();
    const point = await rawOf(publicKey);
    const auth = crypto.getRandomValues(new Uint8Array(16));
    this.#devices.set(device, { point, privateKey, auth });
    const keys = { p256dh: base64url(point), auth: base64url(auth) };
    return { endpoint: `${this.origin}/to/${device}`, keys };
  }

  /** From now on a device's notices are answered so, once that is known; 201 unless told. */
  answer(device: string, answer: Answer | Promise<Answer>): void {
    this.#answers.set(device, answer);
  }

  /** Waits for the first notices that are so, in the order in which they came. */
  async until(
    isWanted: (received: Received) => boolean,
    count = 1,
  ): Promise<Received[]> {
    for (;;) {
      const found = this.received.filter(isWanted);
      if (found.length >= count) return found;
      await this.#news.promise;
    }
  }

  async #take(request: Request): Promise<Response> {
    const device = new URL(request.url).pathname.split("/").at(-1)!;
    const body = new Uint8Array(await request.arrayBuffer());
    const { headers } = request;
    const notice = await decrypt(body, this.#devices.get(device)!);
    this.received.push({ device, headers, notice, at: Date.now() });
    this.#news.resolve();
    this.#news = Promise.withResolvers();
    const answer = await this.#answers.get(device) ?? { status: 201 };
    return new Response(null, answer);
  }

  async [Symbol.asyncDispose]() {
    await this.server.shutdown();
  }
}

const P256 = { name: "ECDH", namedCurve: "P-256" };

const newPair = () =>
  crypto.subtle.generateKey(P256, true, ["deriveBits"]) as Promise<
    CryptoKeyPair
  >;

const rawOf = async (key: CryptoKey) =>
  new Uint8Array(await crypto.subtle.exportKey("raw", key));

const base64url = (bytes: Uint8Array) =>
  bytes.toBase64({ alphabet: "base64url", omitPadding: true });

const utf8 = (text: string) => new TextEncoder().encode(text);

async function hkdf(
  salt: Uint8Array<ArrayBuffer>,
  secret: Uint8Array<ArrayBuffer>,
  info: Uint8Array<ArrayBuffer>,
  bytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, [
    "deriveBits",
  ]);
  const algorithm = { name: "HKDF", hash: "SHA-256", salt, info };
  return new Uint8Array(
    await crypto.subtle.deriveBits(algorithm, key, 8 * bytes),
  );
}

/** RFC 8291, section 3.4, and RFC 8188, section 2: one record, whose padding begins with a 2. */
async function decrypt(body: Uint8Array<ArrayBuffer>, device: Device) {
  const salt = body.slice(0, 16);
  const length = body[20];
  const sender = body.slice(21, 21 + length);
  const record = body.slice(21 + length);
  const senderKey = await crypto.subtle.importKey(
    "raw",
    sender,
    P256,
    false,
    [],
  );
  const shared = new Uint8Array(
    await crypto.subtle.deriveBits(
      { name: "ECDH", public: senderKey },
      device.privateKey,
      256,
    ),
  );
  const keyInfo = new Uint8Array([
    ...utf8("WebPush: info\0"),
    ...device.point,
    ...sender,
  ]);
  const auth = new Uint8Array(device.auth);
  const secret = await hkdf(auth, shared, keyInfo, 32);
  const key = await hkdf(
    salt,
    secret,
    utf8("Content-Encoding: aes128gcm\0"),
    16,
  );
  const iv = await hkdf(salt, secret, utf8("Content-Encoding: nonce\0"), 12);
  const aes = await crypto.subtle.importKey("raw", key, "AES-GCM", false, [
    "decrypt",
  ]);
  const plain = new Uint8Array(
    await crypto.subtle.decrypt({ name: "AES-GCM", iv }, aes, record),
  );
  const end = plain.findLastIndex((byte) => byte !== 0);
  if (plain[end] !== 2) throw new Error("This is not the last record");
  return JSON.parse(new TextDecoder().decode(plain.slice(0, end)));
}
