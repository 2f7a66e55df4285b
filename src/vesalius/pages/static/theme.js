// The theme buttons, without loading the page again; without JavaScript the form does the same.
const YEAR = 365 * 24 * 3600; // seconds

for (const form of document.querySelectorAll("form.theme")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const theme = event.submitter.value;
    const root = document.documentElement;
    const auto = theme === "auto";
    if (auto) delete root.dataset.theme;
    else root.dataset.theme = theme;
    document.querySelector("meta[name=color-scheme]").content = auto ? "light dark" : theme;
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `vesalius_theme=${auto ? "" : theme}; path=/; max-age=${auto ? 0 : YEAR}; samesite=lax${secure}`;
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-pressed", button.value === theme);
  });
}
