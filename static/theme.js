// Before anything is painted: applies the chosen theme, and takes the files that
// are given to the page, whatever else of it has loaded.
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

/** Files that were dropped or pasted, and where, until the room there takes them. */
self.givenFiles = [];
const isRoom = () => /^\/rooms\/[\w-]+$/.test(location.pathname);
function give(event, files) {
  event.preventDefault(); // they would replace the page
  if (!isRoom()) return;
  event.stopImmediatePropagation(); // elsewhere it is said that nothing takes them
  for (const file of files) {
    self.givenFiles.push({ file, page: location.pathname });
  }
  dispatchEvent(new Event("files"));
}
const hasFiles = ({ dataTransfer }) => dataTransfer.types.includes("Files");
addEventListener("dragover", (event) => {
  if (hasFiles(event)) event.preventDefault();
});
addEventListener("drop", (event) => {
  if (hasFiles(event)) give(event, event.dataTransfer.files);
});
addEventListener("paste", (event) => {
  const { files, types } = event.clipboardData;
  // Some apps put a picture of it beside each text.
  if (files.length === 0 || types.includes("text/plain")) return;
  if (isRoom() && !event.target.closest("dialog, .edit-box")) {
    give(event, files);
  }
});
