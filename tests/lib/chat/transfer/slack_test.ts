// Slack's export as lines of rooms: its texts, people, threads, reactions and files.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Refusal } from "../../../../lib/chat/refusal.ts";
import type { Folder } from "../../../../lib/chat/transfer/folder.ts";
import { channelsIn } from "../../../../lib/chat/transfer/slack.ts";
import {
  emojiOf,
  inMessages,
  textOf,
} from "../../../../lib/chat/transfer/slack_text.ts";
import { Emoji } from "../../../../lib/chat/server_mutators.ts";
import iamcal from "emojibase-data/en/shortcodes/iamcal.json" with {
  type: "json",
};
import { slackExport, ts } from "../../../support/slack_export.ts";
import { TransferStore } from "../../../support/transfer.ts";

const folderOf = (files: Map<string, string>): Folder => ({
  paths: [...files.keys()],
  read: (path) => Promise.resolve(files.get(path)!),
});

const idOf = (minute: number) => ts(minute).replace(".", "-");

async function linesOf(files: Map<string, string>, name = "general") {
  const channels = await channelsIn(folderOf(files));
  const channel = channels.find((each) => each.name === name)!;
  return await Array.fromAsync(channel.lines(() => {}));
}

// deno-lint-ignore no-explicit-any -- lines of every kind
const parsed = (lines: { text: string }[]): any[] =>
  lines.map(({ text }) => JSON.parse(text));

Deno.test("public and private channels become rooms, direct messages do not, wherever in the folder they lie (T107)", async () => {
  const files = slackExport();
  const names = async (files: Map<string, string>) =>
    (await channelsIn(folderOf(files))).map(({ name }) => name);
  assertEquals(await names(files), ["general", "random", "secret-plans"]);
  const deeper = new Map(
    [...files].map(([path, text]) => [`export/${path}`, text]),
  );
  assertEquals(await names(deeper), ["general", "random", "secret-plans"]);
  assertEquals(
    (await linesOf(deeper)).map(({ text }) => text),
    (await linesOf(files)).map(({ text }) => text),
  );
  await assertRejects(() => names(new Map([["a.json", "[]"]])), Refusal);
  await assertRejects(() => names(new Map([["channels.json", "{"]])), Refusal);
});

Deno.test("threads, mentions, reactions, bots, edits and files of a channel come as a room has them (T107)", async () => {
  const lines = parsed(await linesOf(slackExport()));
  const { room } = lines[0];
  assertEquals([room.name, room.topic], ["general", "Hello #random"]);
  const people = lines.flatMap(({ person }) => person ?? []);
  assertEquals(people, [
    { id: "UADA", name: "Ada L." },
    { id: "UBOB", name: "bob Real" },
  ]);
  const messages = lines.flatMap(({ message }) => message ?? []);
  const [first, thread, reply, bot, olga, ...long] = messages.slice(0, -1);
  const next = messages.at(-1);
  assertEquals(first, {
    ...{ id: idOf(1), authorID: "UADA", from: "Ada L." },
    ...{ content: "First, though it stands second", reactions: {} },
    createdAt: 1_709_294_460_000,
  });
  assertEquals(thread.content, "A **thread** <here> 👋🏼 :partyparrot:");
  assertEquals(thread.editedAt, 1_709_294_600_000);
  assertEquals(thread.replyTo, undefined);
  assertEquals(thread.reactions, { "👍": ["UADA", "UBOB", "UGONE"] });
  assertEquals(reply.replyTo, idOf(2));
  assertEquals(
    reply.content,
    "Look: [the \\[page\\]](https://x.example/a?b&c) a@b.example\n" +
      "[The plan](https://files.slack.example/plan.pdf?t=xoxe-1)",
  );
  assertEquals([bot.authorID, bot.from], ["B1", "CI"]);
  assertEquals(bot.content, "[Build 7](https://ci.example/7)\n**failed**");
  assertEquals(olga.from, "Olga");
  assertEquals(long.map(({ id }) => id), [
    idOf(6),
    `${idOf(6)}-2`,
    `${idOf(6)}-3`,
  ]);
  assertEquals(long.map(({ content }) => content).join(""), "x".repeat(9_000));
  assertEquals([next.from, next.replyTo], ["bob Real", idOf(2)]);
  assertEquals(lines.at(-1), { end: lines.length - 1 });
});

Deno.test("a channel of Slack's is imported, and what can't be read is named by its line, with its place (T107)", async () => {
  const files = slackExport();
  files.set("general/2024-03-03.json", '[{"type":"message"},7,{"ts":"1.2"');
  files.set(
    "general/2024-03-04.json",
    JSON.stringify([
      { type: "message" },
      { type: "message", user: 7, text: { a: 1 }, ts: ts(3_000) },
      { type: "message", user: "UBOB", text: "the last", ts: ts(3_001) },
      7,
    ]),
  );
  const lines = await linesOf(files);
  using store = await TransferStore.open();
  const text = lines.map(({ text }) => `${text}\n`).join("");
  const state = await store.import(text, { skip: true });
  assertEquals(state.state, "done");
  assertEquals(state.bad.map(({ line }) => lines[line - 1].place), [
    "general/2024-03-03.json",
    "general/2024-03-04.json, message 1",
    "general/2024-03-04.json, message 4",
  ]);
  const exported = parsed(
    (await store.export(state.roomID)).trimEnd().split("\n")
      .map((text) => ({ text })),
  );
  const last = exported.findLast(({ message }) => message)!.message;
  assertEquals([last.content, last.authorID], ["the last", "imported-UBOB"]);
});

Deno.test("Slack's texts become Markdown, and code stays as it is (T107)", () => {
  const names = {
    person: (id: string) => ({ U1: "Ada", U2: "Bob *B*" })[id],
    channel: (id: string) => ({ C1: "general" })[id],
  };
  const cases: [string, string][] = [
    ["plain", "plain"],
    ["a &amp;amp; b &lt;i&gt;", "a &amp; b <i>"],
    ["*bold* and _italic_ and ~gone~", "**bold** and _italic_ and ~~gone~~"],
    ["2*3*4 a*b* *a *", "2*3*4 a*b* *a *"],
    ["*one* *two*", "**one** **two**"],
    ["`*a* &lt; <@U1>` *b*", "`*a* < @Ada` **b**"],
    ["```\n*a* :wave:\n<https://x.y|z>```", "```\n*a* :wave:\nhttps://x.y```"],
    ["<@U1> <@U2> <@U3|cy> <@U4>", "@Ada @Bob *B* @cy @U4"],
    [
      "<!here> <!channel> <!subteam^S1|@team> <!date^1^{d}|May>",
      "@here @channel @team May",
    ],
    ["<#C1|> <#C2|other> <#C3>", "#general #other #C3"],
    ["<https://x.y/_a_*b*>", "https://x.y/_a_*b*"],
    ["<http://x.y|x.y>", "http://x.y"],
    ["<https://x.y/(a) b|c>", "[c](https://x.y/%28a%29%20b)"],
    ["<javascript:alert(1)|x>", "javascript:alert(1)"],
    [":+1: :e-mail: :no_such: 10:30:45", "👍 📧 :no_such: 10:30:45"],
    ["&gt; quoted", "> quoted"],
    ["\ue0000\ue001 <@U1>", "0 @Ada"],
  ];
  for (const [written, wanted] of cases) {
    assertEquals(textOf(written, names), wanted, written);
  }
});

Deno.test("each emoji of Slack's that has a character is one that a reaction takes (T107)", () => {
  const names = Object.values(iamcal as Record<string, string | string[]>)
    .flat();
  assert(names.length > 1_500);
  const odd = names.filter((name) => !Emoji.try(emojiOf(name)!).ok);
  assertEquals(odd, []);
  const toned = names.flatMap((name) => emojiOf(`${name}::skin-tone-6`)!)
    .filter((emoji) => !Emoji.try(emoji).ok);
  assertEquals(toned, []);
});

Deno.test("a text that is too long is cut between words, none of it lost, each part one that a message takes (T107)", () => {
  const words = Array.from({ length: 3_000 }, (_, i) => `word${i}`).join(" ");
  const parts = inMessages(words);
  assert(parts.length > 4);
  assert(parts.every((part) => [...part].length <= 4_000));
  assertEquals(parts.join(" "), words);
  const families = "👨‍👩‍👧‍👦".repeat(2_000);
  const cut = inMessages(families);
  assertEquals(cut.join(""), families);
  assert(cut.every((part) => part.startsWith("👨") && part.endsWith("👦")));
});

Deno.test("a message with thousands of reactions, and names of every kind, is one that can be taken (T107)", async () => {
  const users = Array.from(
    { length: 3_000 },
    (_, i) => `U${i}`.padEnd(11, "X"),
  );
  const all = Object.values(iamcal as Record<string, string | string[]>).flat()
    .slice(0, 60);
  const names = [
    "constructor",
    "__proto__",
    "\u202e",
    "x".repeat(300),
    "Deleted user",
  ];
  const files = slackExport({
    "2024-03-01": names.map((display_name, i) => ({
      ...{ type: "message", user: `__proto__${i}`, ts: ts(i), text: "Hi" },
      user_profile: { display_name },
      reactions: all.map((name) => ({ name, users, count: 3_000 })),
    })),
  });
  using store = await TransferStore.open();
  const lines = await linesOf(files);
  const { bad, messages } = await store.import(
    lines.map(({ text }) => `${text}\n`).join(""),
  );
  assertEquals([bad, messages], [[], names.length]);
});

Deno.test("of a message whose text, attachments and files are too long together the rest is left out, however many they are (T107)", async () => {
  const long = "word ".repeat(20_000);
  const address = `https://x.example/${"y".repeat(100_000)}`;
  const messages = [
    { text: "x", attachments: Array(40).fill({ text: long }) },
    { text: "x", attachments: Array(400_000).fill({ title: "t" }) },
    {
      text: "x",
      files: Array(40).fill({ name: "f", url_private: address }),
    },
    // Names are longer than what stands for them.
    {
      text: "<@UADA>".repeat(14_000),
      attachments: Array(9).fill({ text: long }),
    },
  ];
  const files = slackExport({
    "2024-03-01": messages.map((message, i) => ({
      ...{ type: "message", user: "UADA", ts: ts(i), ...message },
    })),
  });
  const lines = parsed(await linesOf(files));
  const said = Map.groupBy(
    lines.flatMap(({ message }) => message ?? []),
    ({ id }) => id.split("-").slice(0, 2).join("-"),
  );
  assertEquals(said.size, messages.length);
  for (const parts of said.values()) {
    const { length } = parts.map(({ content }) => content).join("\n");
    assert(length > 90_000 && length <= 101_000, `${length}`);
  }
});

Deno.test("a text is cut into messages in a number of steps that grows as its length does (T107)", () => {
  // Counts how much of it is taken apart into characters.
  const steps = (length: number): number => {
    let taken = 0;
    const text = "word ".repeat(length / 5);
    const iterate = String.prototype[Symbol.iterator];
    String.prototype[Symbol.iterator] = function () {
      taken += this.length;
      return iterate.call(this);
    };
    try {
      const parts = inMessages(text);
      assertEquals(parts.join(" "), text.trimEnd());
    } finally {
      String.prototype[Symbol.iterator] = iterate;
    }
    return taken;
  };
  const [once, tenfold] = [steps(100_000), steps(1_000_000)];
  assert(tenfold < 12 * once, `${once} ${tenfold}`);
});

Deno.test("a text of spaces, blank lines and marks is cut into messages that show something or nothing, and is done (T107)", () => {
  for (const part of [" ", "\n", "\n \n", "\u0301", "🦊", "\ud83e", "a \n"]) {
    const text = `a${part.repeat(60_000)}b`;
    const parts = inMessages(text);
    assert(parts.every((each) => [...each].length <= 4_000));
    assert(parts[0].startsWith("a") && parts.at(-1)!.endsWith("b"));
  }
});
