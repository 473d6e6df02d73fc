// Tells whether this run may touch files, the network and processes: plain `deno test` may not.
const names = ["read", "write", "net", "env", "run", "sys"] as const;
const states = await Promise.all(
  names.map((name) => Deno.permissions.query({ name })),
);

/**
 * True under `deno task test` (the permission set `test`). A test that needs
 * more than memory says `ignore: !permitted`, so that plain `deno test`, which
 * has no permissions and may not ask for them, still ends green.
 */
export const permitted: boolean = states.every(({ state }) =>
  state === "granted"
);
