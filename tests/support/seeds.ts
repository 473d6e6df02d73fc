// Settings of random tests, read from the environment: the seed, and whether to run them long.

async function setting(name: string): Promise<string | undefined> {
  const { state } = await Deno.permissions.query({
    name: "env",
    variable: name,
  });
  return state === "granted" ? Deno.env.get(name) : undefined;
}

const seed = await setting("SEED");

/** With `SOAK=1` random tests run much longer, as nobody waits for them. */
export const soaking: boolean = await setting("SOAK") === "1";

/** Whether `SEED` was given, to repeat one run of a random test. */
export const repeating: boolean = seed !== undefined;

/** The seed of a random test: `SEED` when given, else another each time. */
export const chosenSeed = (): number =>
  repeating ? Number(seed) : Math.floor(Math.random() * 2 ** 31);
