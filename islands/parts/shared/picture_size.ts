// How large a picture is shown in the log.

/** The most of a picture beside a text, in CSS pixels. */
const MAX_WIDTH = 400;
const MAX_HEIGHT = 300;

/** In CSS pixels: known before the picture comes, so that nothing moves when it does. */
export function displaySize(
  { width, height }: { width: number; height: number },
): { width: number; height: number } {
  const scale = Math.min(1, MAX_WIDTH / width, MAX_HEIGHT / height);
  return { width: Math.ceil(width * scale), height: Math.ceil(height * scale) };
}
