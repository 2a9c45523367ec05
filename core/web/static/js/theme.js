// Sets light or dark before the page is painted; loaded in <head> without `defer`.
// <html data-theme="light|dark|auto"> is the user's choice, `auto` follows the system.
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function apply() {
  const choice = document.documentElement.dataset.theme || "auto";
  const theme = choice === "auto" ? (dark.matches ? "dark" : "light") : choice;
  document.documentElement.setAttribute("data-bs-theme", theme);
}

apply();
dark.addEventListener("change", apply);
new MutationObserver(apply).observe(document.documentElement, { attributeFilter: ["data-theme"] });
