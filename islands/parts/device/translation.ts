// Lets a browser translate a page that Preact keeps up to date.

/*
 * Chromium's translator replaces each text by a `font` element. Preact holds on
 * to the text: it would write news where nobody sees them, and trip over it when
 * it puts something before it. So an empty text stays in its place, beside what
 * the translator made of it; what is written to it shows instead.
 */

/** Of a text, what it said, and what the translator has put in its place. */
type Translation = { original: string; shown: ChildNode };

/** Follows the page from now on; returns the end of it. */
export function surviveTranslation(): () => void {
  const translations = new WeakMap<Node, Translation>();
  const taken = new WeakSet<ChildNode>(); // what stands for a text that is known

  function onTextGone(text: Text, shown: ChildNode | undefined): void {
    const translation = translations.get(text);
    if (translation) {
      // Preact has removed it.
      translation.shown.remove();
      translations.delete(text);
    } else if (shown?.isConnected && !taken.has(shown)) {
      taken.add(shown);
      translations.set(text, { original: text.data, shown });
      text.data = "";
      shown.before(text);
    }
  }

  function onTextBack(text: Text): void {
    const translation = translations.get(text);
    // Not what is put back here, beside the translation, but what the
    // translator puts back for it.
    if (!translation || translation.shown.isConnected) return;
    translations.delete(text);
    text.data ||= translation.original;
  }

  const observer = new MutationObserver((records) => {
    for (const record of records) {
      const { type, target, addedNodes, removedNodes } = record;
      if (type === "characterData") {
        if (!(target as Text).data) continue;
        translations.get(target)?.shown.remove();
        translations.delete(target);
        continue;
      }
      const fonts = [
        ...addedNodes,
        record.previousSibling,
        record.nextSibling,
      ].filter((node) => node?.nodeName === "FONT");
      for (const node of removedNodes) {
        if (node instanceof Text && !node.isConnected) {
          onTextGone(node, fonts[0] as ChildNode | undefined);
        }
      }
      for (const node of addedNodes) {
        if (node instanceof Text) onTextBack(node);
      }
    }
  });
  observer.observe(document.body, {
    subtree: true,
    childList: true,
    characterData: true,
  });
  return () => observer.disconnect();
}
