// A house full of people: thirty rooms, three hundred members, two thousand messages of all kinds.
import { randomFrom } from "./random.ts";
import { Writer } from "./writer.ts";

const FIRST = [
  "Ada",
  "Zoë",
  "José",
  "李雷",
  "राम",
  "Олена",
  "Søren",
  "فاطمة",
  "יעל",
  "Bob",
  "Mia 👩‍🚀",
  "Jürgen-Maximilian",
];
const LAST = [
  "Lovelace",
  "Müller-Lüdenscheidt",
  "O’Neill",
  "",
  "王",
  "Nakamura",
];
const ROOMS = [
  "Engines",
  "Design review",
  "日本語",
  "غرفة القراءة",
  "releases-and-their-very-long-notes-2026",
  "🎉 Friday",
  "Ops",
  "C++",
  "Bücher & Tee",
  "random",
];
const TEXTS = [
  "Morning! Has anybody seen the **draft**?",
  "Looks good to me 👍",
  "🎉🎉🎉",
  "ok",
  "https://example.org/a/rather/long/path/that/does/not/want/to/break?with=queries&and=more#and-a-fragment",
  "שלום עולם, זה עובד מימין לשמאל, with some English inside.",
  "هذا النص من اليمين إلى اليسار",
  "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    .repeat(2),
  "| train | from | late |\n| --- | --- | ---: |\n| ICE 577 | Hamburg | 12 min |\n| RE 2 | Kiel | on time |\n| S 1 with a long name | somewhere far | 3 min |",
  '```ts\nfor (const train of tunnel) {\n  await train.wait({ until: "there is light at the end of it", patience: Infinity });\n}\n```',
  "> it works offline\n\nEven when I close the browser?",
  "- [x] buy milk\n- [ ] write the report\n- [ ] sleep",
  "1. first\n2. second\n3. third",
  "The plan for today is simple: we read what everybody has written, we agree on the order, and then we go through it point by point, without hurry. "
    .repeat(4),
  "~~Tuesday~~ Wednesday at 10:30, room `B-204`",
  "看 https://example.com/a，谢谢。",
  "C:\\Users\\_me\\.ssh and 2*3*4 = 24 and ¯\\_(ツ)_/¯",
  "@Ada Lovelace can you look at this?",
];
const MEMBERS = 300;
const MESSAGES = 2_000;

/** Fills a server, always in the same way; General gets the most of it: resolves with the IDs of its messages. */
export async function fillHouse(url: string): Promise<string[]> {
  const { below, pick } = randomFrom(1);
  const people: Writer[] = [];
  for (let i = 0; i < MEMBERS; i++) {
    const name = `${pick(FIRST)} ${pick(LAST)}`.trim();
    people.push(await Writer.signIn(url, name));
  }
  const spaces = ["room:general"];
  for (let i = 1; i < 30; i++) {
    const owner = pick(people).person;
    const visibility = i % 5 === 0 ? "private" : "public";
    const number = i < ROOMS.length ? "" : ` ${Math.ceil(i / ROOMS.length)}`;
    const name = pick(ROOMS).slice(0, 36) + number;
    const { body } = await owner.post("/api/rooms", { name, visibility });
    if (visibility === "public") spaces.push(body.space);
  }
  const ids: string[] = [];
  for (let i = 0; i < MESSAGES; i++) {
    const writer = below(3) > 0 ? people[below(6)] : pick(people);
    const id = `crowd-${i}`;
    const message: Record<string, string> = { id, content: pick(TEXTS) };
    const isInGeneral = below(4) > 0;
    const space = isInGeneral ? spaces[0] : pick(spaces.slice(1));
    if (!isInGeneral) {
      const room = space.replace("room:", "");
      await writer.person.post(`/api/rooms/${room}/members`, {});
    } else {
      if (ids.length > 0 && below(12) === 0) message.replyTo = pick(ids);
      ids.push(id);
    }
    await writer.push([["createMessage", message]], space);
    if (isInGeneral && below(6) === 0) {
      for (const emoji of ["👍", "🎉", "❤️"].slice(below(3))) {
        const reaction = { id: pick(ids.slice(-5)), emoji, on: true };
        await pick(people).push([["setReaction", reaction]]);
      }
    }
  }
  return ids;
}
