// Puts the theme on that was chosen on this device: before anything is painted, and when it is chosen.

function putOn() {
  const [, chosen] = document.cookie.match(/(?:^|; )theme=(light|dark)/) ?? [];
  const root = document.documentElement;
  if (chosen) root.dataset.theme = chosen;
  else delete root.dataset.theme;
  // The colour of the browser's own bars.
  for (const meta of document.querySelectorAll("meta[data-theme]")) {
    const { theme } = meta.dataset;
    meta.media = !chosen
      ? `(prefers-color-scheme: ${theme})`
      : chosen === theme
      ? "all"
      : "not all";
  }
}

putOn();
addEventListener("theme", putOn);
