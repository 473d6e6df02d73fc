// Applies the chosen theme before anything is painted.
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
