// An export of Slack's as it comes: channels, people, days, and what is in messages.

const user = (id: string, name: string, display_name = "") => ({
  ...{ id, team_id: "T1", name, deleted: false, real_name: `${name} Real` },
  profile: { real_name: `${name} Real`, display_name, image_48: "https://x" },
  ...{ is_bot: false, updated: 1 },
});

/** 2024-03-01, 12:00 UTC, in seconds. */
const NOON = 1_709_294_400;
export const ts = (minute: number) =>
  `${NOON + 60 * minute}.000${100 + minute}`;

const message = (minute: number, text: string, more = {}) => ({
  ...{ client_msg_id: crypto.randomUUID(), type: "message", user: "UADA" },
  ...{ text, ts: ts(minute), team: "T1", blocks: [{ type: "rich_text" }] },
  ...more,
});

/** The files by their paths, with what a test is about in "general". */
export function slackExport(
  days: Record<string, unknown> = DAYS,
): Map<string, string> {
  const channel = (id: string, name: string, more = {}) => ({
    ...{ id, name, created: NOON - 1_000, creator: "UADA" },
    ...{ is_archived: false, is_general: false },
    ...{ members: ["UADA", "UBOB", "UGONE"], pins: [] },
    ...{ topic: { value: "", creator: "", last_set: 0 } },
    ...{ purpose: { value: "For <@UADA> &amp; all", creator: "UADA" } },
    ...more,
  });
  const files = new Map<string, unknown>([
    ["users.json", [
      user("UADA", "ada", "Ada L."),
      user("UBOB", "bob"),
      "nobody",
    ]],
    ["channels.json", [
      channel("C1", "general", { topic: { value: "Hello <#C2>" } }),
      channel("C2", "random"),
    ]],
    ["groups.json", [channel("G1", "secret-plans")]],
    ["dms.json", [{ id: "D1", created: 1, members: ["UADA", "UBOB"] }]],
    ["integration_logs.json", []],
    ["random/2024-03-01.json", [message(1, "In random")]],
    ["secret-plans/2024-03-01.json", [message(1, "A secret")]],
    ["D1/2024-03-01.json", [message(1, "Between two")]],
    ...Object.entries(days).map(([day, all]) =>
      [`general/${day}.json`, all] as const
    ),
  ]);
  return new Map(
    [...files].map(([path, content]) => [
      path,
      typeof content === "string" ? content : JSON.stringify(content),
    ]),
  );
}

const DAYS = {
  "2024-03-02": [
    message(1_500, "The next day", { thread_ts: ts(2), user: "UBOB" }),
  ],
  "2024-03-01": [
    message(0, "<@UBOB> has joined the channel", { subtype: "channel_join" }),
    message(2, "A *thread* &lt;here&gt; :wave::skin-tone-3: :partyparrot:", {
      ...{ thread_ts: ts(2), reply_count: 2 },
      edited: { user: "UADA", ts: `${NOON + 200}.000000` },
      reactions: [
        { name: "+1", users: ["UADA", "UBOB"], count: 2 },
        { name: "thumbsup", users: ["UBOB", "UGONE"], count: 2 },
        { name: "partyparrot", users: ["UBOB"], count: 1 },
      ],
    }),
    message(1, "First, though it stands second"),
    message(
      3,
      "Look: <https://x.example/a?b&amp;c|the [page]> <mailto:a@b.example|a@b.example>",
      {
        ...{ thread_ts: ts(2), parent_user_id: "UADA", user: "UBOB" },
        files: [
          {
            ...{ id: "F1", name: "plan.pdf", title: "The plan" },
            url_private: "https://files.slack.example/plan.pdf?t=xoxe-1",
          },
          { id: "F2", mode: "tombstone" },
        ],
      },
    ),
    {
      ...{ type: "message", subtype: "bot_message", bot_id: "B1" },
      ...{ username: "CI", text: "", ts: ts(4) },
      attachments: [
        {
          title: "Build 7",
          title_link: "https://ci.example/7",
          text: "*failed*",
        },
        { from_url: "https://x.example", title: "A preview" },
      ],
    },
    message(5, "who was that", {
      user: "UOUT",
      user_profile: { display_name: "Olga", real_name: "Olga O." },
    }),
    message(6, "x".repeat(9_000)),
    message(7, "", { subtype: "tombstone" }),
  ],
};
