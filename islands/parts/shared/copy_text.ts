// Copies a text to the clipboard.

/** False where a page may not do that: browsers let it on https and localhost only. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (error) {
    console.warn("Not copied", error);
    return false;
  }
}
