// "?" opens help about the page that is open; without JavaScript the Help link leads to the same words.
const OFF = "vesalius-help-key-off";
const link = document.querySelector("a[data-help]");
let off = false;
try { off = localStorage.getItem(OFF) === "yes"; } catch { /* storage is closed: the key stays on */ }
let dialog;

function offer(place) {
  for (const made of place.querySelectorAll("[data-help-key]")) {
    const say = () => { made.textContent = off ? "Turn the ? key on" : "Turn the ? key off"; };
    say();
    made.hidden = false;
    made.addEventListener("click", () => {
      off = !off;
      try { localStorage.setItem(OFF, off ? "yes" : "no"); } catch { /* for this page alone */ }
      say();
    });
  }
}

function framed(about) {
  const made = document.createElement("dialog");
  made.className = "help";
  const inside = document.createElement("div");
  inside.tabIndex = -1; // keys pressed after a click on the words stay in here, and reach no other keys of the page
  const title = about.querySelector("h2");
  title.tabIndex = -1;
  title.autofocus = true;
  made.setAttribute("aria-labelledby", title.id);
  const deeds = document.createElement("p");
  deeds.className = "row";
  const all = document.createElement("a");
  all.href = link.href;
  all.textContent = "All help";
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button primary";
  close.textContent = "Close";
  close.addEventListener("click", () => made.close());
  deeds.append(close, all);
  inside.append(document.adoptNode(about), deeds);
  made.append(inside);
  offer(made);
  made.addEventListener("keydown", (event) => event.stopPropagation());
  made.addEventListener("click", (event) => { if (event.target === made) made.close(); });
  document.body.append(made);
  return made;
}

offer(document);

async function open() {
  try {
    if (!dialog) {
      const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      dialog = framed(page.querySelector("#help-about"));
    }
    if (!dialog.open) dialog.showModal();
  } catch {
    location.assign(link.href); // no words about this page alone: all of them
  }
}

document.addEventListener("keydown", (event) => {
  if (!link || off || event.key !== "?" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]")) return;
  event.preventDefault();
  open();
});
