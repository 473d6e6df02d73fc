// Words of the pages about bots, and what their documentation shows: its lines are run by tests.

export const botStrings = {
  bots: "Bots",
  bot: "A bot of this room: what it writes comes from a program.",
  manage: "Bots and hooks",
  hears: {
    all: "is told of all messages.",
    addressed: "is told of messages that begin with its name.",
    nothing: "is told of nothing.",
  },

  owners: {
    title: (room: string) => `Bots of ${room}`,
    back: "Back to the people",
    about:
      "A bot writes into this room by a token. Its hooks tell another server what people write here.",
    documentation: "How programs use them",
    none: "There is no bot in this room yet.",
    make: "Make a bot",
    name: "Name of the bot",
    madeOn: (date: string) => `Made on ${date}.`,
    token: "Its token, shown only this once",
    tokenText:
      "Whoever has it can write into this room as this bot. It works until you remove the bot.",
    secret: "The hook's secret, shown only this once",
    secretText: "The receiver needs it to tell our requests from others'.",
    hooks: "Hooks",
    noHooks: "None: nothing of this room is sent anywhere for this bot.",
    addHook: (name: string) => `Add a hook to ${name}`,
    url: "Address (https)",
    wants: "What it is told",
    all: "All messages: new, edited, deleted",
    addressed: (name: string) => `Messages that begin with “${name}”`,
    removeHook: "Remove the hook",
    remove: (name: string) => `Remove ${name}…`,
    removeText:
      "Its token and its hooks end immediately. What it wrote stays; its name in the room leads to where you can remove that as well.",
    removeSubmit: "Remove the bot",
    failed: "What could not be sent",
    failedText:
      "After a day of trying, events are given up. The newest forty are listed.",
    failure: (event: string | undefined, url: string, date: string) =>
      `${date}: ${event ?? "hook"} to ${url}.`,
  },
};

/** The page `/bots`, part by part; `$KVETCH` is where this server is. */
export const botDocumentation = {
  title: "Bots and hooks",
  lead:
    "A program writes into a room by a token, and is told by hooks what people write there. An owner of the room makes both: “Bots and hooks” on the page of the room's people.",
  parts: [
    {
      title: "Before you begin",
      text:
        "The address of this server, the ID of the room (the last part of its address), and the bot's token.",
      code: (origin: string) =>
        `KVETCH=${origin}
ROOM=general
TOKEN=the-token-that-was-shown-once`,
    },
    {
      title: "Write a message",
      text:
        "As text, up to 4,000 characters, formatted as people's messages are. The answer is 201 with the message's ID.",
      code: () =>
        `curl --fail-with-body "$KVETCH/api/rooms/$ROOM/messages" \\
  -H "Authorization: Bearer $TOKEN" \\
  -H "Content-Type: text/plain" \\
  --data-binary "The build is **green**."`,
    },
    {
      title: "Write it once",
      text:
        "With an Idempotency-Key, of up to 200 visible characters of ASCII, the message is there once, however often it is sent: try again with the same key until there is an answer. It holds for a day at least. Sent again, the answer is 200 with the ID of the first; another message with the same key is 409.",
      code: () =>
        `curl --fail-with-body --retry 5 --retry-all-errors "$KVETCH/api/rooms/$ROOM/messages" \\
  -H "Authorization: Bearer $TOKEN" \\
  -H "Idempotency-Key: build-4711" \\
  -H "Content-Type: text/plain" \\
  --data-binary "Build 4711 is green."`,
    },
    {
      title: "Write JSON, and answer",
      text: "replyTo is the ID of the message that it answers.",
      code: () =>
        `curl --fail-with-body "$KVETCH/api/rooms/$ROOM/messages" \\
  -H "Authorization: Bearer $TOKEN" \\
  -H "Content-Type: application/json" \\
  --data-binary '{"content": "Here you are.", "replyTo": "01J0000000000000000000000"}'`,
    },
    {
      title: "When it is refused",
      text:
        "The answer is JSON with the code of an error and, as its message, a sentence: 400 for what can't be read or is too long, 401 for a token that opens nothing (any more), 409 for a key of another message, 413 above 64 KiB, 415 for another type, 429 after 60 messages in a minute, with Retry-After, and 503 for a server that is away: try again. A token writes into its one room; it can't read, edit or delete.",
    },
    {
      title: "Hear what is written",
      text:
        "A hook posts JSON to your address when people write, edit or delete a message, or only when they write or edit one that begins with the bot's name. What bots write is told to no hook. Answer with any 2xx within ten seconds. Else it is sent again, with growing pauses, for a day, in order: what comes behind it waits. Then it is given up, and the room's owners see it. 410 ends the hook. Redirects are not followed, and addresses in private networks not asked unless the operator allows it. An event may come twice: drop the second by its id. The message is sent as it is by then; one that was deleted meanwhile is not sent. Of a deleted one only the ID is told.",
      code: () =>
        `{
  "id": "message.created-01K9ZX4T6Q8J3M5N7P9R1S3V5W",
  "event": "message.created",
  "room": { "id": "general", "name": "General" },
  "message": {
    "id": "01K9ZX4T6Q8J3M5N7P9R1S3V5W",
    "author": { "id": "01K9ZX0A1B2C3D4E5F6G7H8J9K", "name": "Ada" },
    "content": "Robot, how are you?",
    "createdAt": 1764400000000
  }
}`,
    },
    {
      title: "Know that it is us",
      text:
        "The header X-Kvetch-Signature is “t=…,v1=…”: t is when it was sent, in seconds since 1970, and v1 the HMAC-SHA256, by the hook's secret, of t, a dot and the body as it came, in hexadecimal digits. Compare it before you believe anything, and refuse what is older than five minutes. In a shell, with the header's value in $SIGNATURE and the body in body.json:",
      code: () =>
        `t=\${SIGNATURE#t=}; t=\${t%%,*}
(printf '%s.' "$t"; cat body.json) | openssl dgst -sha256 -hmac "$SECRET" -r |
  grep -q "^\${SIGNATURE#*v1=} " && [ $(( $(date +%s) - t )) -lt 300 ] && echo genuine`,
    },
    {
      title: "The same in JavaScript",
      text: "body is the request's, as it came.",
      code: () =>
        `import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";

export function isGenuine(signature, body, secret) {
  const [, t, v1] = /^t=(\\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
  if (!t || Math.abs(Date.now() / 1000 - t) > 300) return false;
  const own = createHmac("sha256", secret).update(t + "." + body).digest();
  return timingSafeEqual(own, Buffer.from(v1, "hex"));
}`,
    },
  ],
} as const;
