// The last searches of a reader without an account: kept in this tab of the browser alone, and never sent.
const KEY = "vesalius-searches";
const MOST = 30;

const list = document.querySelector("[data-searches]");
const answer = document.querySelector("[data-search]");

function kept() {
  try {
    const told = JSON.parse(sessionStorage.getItem(KEY));
    return Array.isArray(told) ? told : [];
  } catch {
    return []; // storage is closed, or holds what is none of ours
  }
}

function keep(searches) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(searches.slice(0, MOST)));
  } catch {
    // storage is closed or full: nothing is remembered
  }
}

if (answer?.dataset.search) {
  const address = location.pathname + location.search;
  const words = answer.dataset.search;
  keep([{ address, words }, ...kept().filter((one) => one.words !== words)]);
}

function show() {
  const searches = kept().filter((one) => typeof one.address === "string" && one.address.startsWith("/search/"));
  list.replaceChildren(
    ...searches.map((one) => {
      const link = Object.assign(document.createElement("a"), { href: one.address, textContent: one.words });
      const item = document.createElement("li");
      item.append(link);
      return item;
    }),
  );
  const none = searches.length === 0;
  list.hidden = none;
  document.querySelector("[data-forget-searches]").hidden = none;
  document.querySelector("[data-no-searches]").hidden = !none;
}

if (list) {
  show();
  document.querySelector("[data-forget-searches]").addEventListener("click", () => {
    keep([]);
    show();
    document.querySelector("#main").focus();
  });
}
