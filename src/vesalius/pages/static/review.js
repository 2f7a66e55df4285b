// Keys of the review screen. Each does what a button or link on the page does; they can be turned off (WCAG 2.1.4).
const OFF = "vesalius-review-keys-off";
const panel = document.querySelector(".keyboard");
const toggle = document.getElementById("keys-off");
let off = false;
try { off = localStorage.getItem(OFF) === "yes"; } catch { /* storage is closed: keys stay on */ }

const press = {
  a: () => {
    const button = document.querySelector("#accept button");
    if (!button) return;
    if (!button.disabled) button.form.requestSubmit(button);
    else (document.querySelector("#findings input:not([type=hidden])") ?? document.querySelector("#columns select"))?.focus();
  },
  x: () => {
    const reason = document.getElementById("reason");
    if (!reason) return;
    if (reason.value.trim()) document.getElementById("exclude").requestSubmit();
    else reason.focus();
  },
  u: () => document.getElementById("undo")?.requestSubmit(),
  j: () => document.getElementById("next")?.click(),
  k: () => document.getElementById("previous")?.click(),
};

function show() {
  panel.hidden = false;
  panel.querySelector("dl").hidden = off;
  toggle.textContent = off ? "Turn keys on" : "Turn keys off";
}

if (panel) {
  show();
  toggle.addEventListener("click", () => {
    off = !off;
    try { localStorage.setItem(OFF, off ? "yes" : "no"); } catch { /* for this page alone */ }
    show();
  });
}
document.addEventListener("keydown", (event) => {
  if (off || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select")) return;
  const deed = press[event.key.toLowerCase()];
  if (!deed) return;
  event.preventDefault();
  deed();
});
