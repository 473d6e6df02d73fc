// Before anything is painted: applies the chosen theme. Takes files that are
// dropped or pasted, whatever else of the page has loaded.
function applyTheme() {
  const [, chosen] = document.cookie.match(/(?:^|; )theme=(light|dark)/) ?? [];
  const { dataset } = document.documentElement;
  if (chosen) dataset.theme = chosen;
  else delete dataset.theme;
  for (const meta of document.querySelectorAll("meta[data-theme]")) {
    const { theme } = meta.dataset;
    const other = chosen === theme ? "all" : "not all";
    meta.media = chosen ? other : `(prefers-color-scheme: ${theme})`;
  }
}
applyTheme();
addEventListener("theme", applyTheme);

/** By the path of the page, until the room there takes them. */
self.givenFiles = {};
function give(event, { files }) {
  // A room, or one to come. Elsewhere Device.tsx says that nothing takes them.
  if (!document.querySelector(".composer, [aria-busy=true]")) {
    return;
  }
  event.stopImmediatePropagation();
  event.preventDefault();
  (self.givenFiles[location.pathname] ??= []).push(...files);
  dispatchEvent(new Event("files"));
}
function onDrag(event) {
  const { dataTransfer, target, type } = event;
  if (!dataTransfer.types.includes("Files")) return;
  if (target.matches?.("[type=file]")) return;
  event.preventDefault(); // they would replace the page
  if (type === "drop") give(event, dataTransfer);
}
addEventListener("dragover", onDrag);
addEventListener("drop", onDrag);
addEventListener("paste", (event) => {
  const { clipboardData, target } = event;
  const { files, types } = clipboardData;
  // Some apps put a picture of it beside each text.
  if (files.length === 0 || types.includes("text/plain")) return;
  if (!target.closest("dialog, .edit-box")) give(event, clipboardData);
});
