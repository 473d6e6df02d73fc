// Waits for what a replica holds to be on the page.

/** It is there a moment later; not for ever, should it change just then. */
export async function until(isTrue: () => boolean): Promise<void> {
  for (let i = 0; i < 50 && !isTrue(); i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
