// Before anything is painted: applies the chosen theme, and has files that are
// dropped not replace the page, whatever else of it has loaded.
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
const keepPage = (event) =>
  event.dataTransfer.types.includes("Files") && event.preventDefault();
addEventListener("dragover", keepPage);
addEventListener("drop", keepPage);
