// A link or form that changes one part of the page: asks for the same page and puts its part in place.
// data-part names the part; without scripts the whole page comes. One change follows the other.
const MOMENT = 400; // ms
let turn = Promise.resolve();
let waiting; // the timer of a choice that changes other fields
let released; // nothing is replaced between a press and its release: the click would be lost

async function change(address, part, { button, push }) {
  const old = document.getElementById(part);
  const form = button && old.querySelector("form[data-part]");
  const body = form && new URLSearchParams(new FormData(form));
  if (body) body.append(...button);
  const sent = valuesOf(old);
  old.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { method: body ? "POST" : "GET", body, headers: { Accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part);
    if (!fresh) return location.assign(answer.url); // another page: the question was asked
    await released;
    if (push) history.pushState({}, "", answer.url);
    const focused = document.activeElement?.id;
    const first = fresh.querySelector("[autofocus]");
    first?.removeAttribute("autofocus");
    for (const [id, value] of valuesOf(old)) { // what was typed meanwhile stays
      const field = fresh.querySelector(`[id="${CSS.escape(id)}"]`);
      if (field && sent.get(id) !== value) field.value = value;
    }
    old.replaceWith(document.adoptNode(fresh));
    (first ?? document.getElementById(focused))?.focus();
  } catch {
    location.assign(address);
  }
}

function valuesOf(part) {
  return new Map([...part.querySelectorAll("input[id], select[id]")].map(field => [field.id, field.value]));
}

document.addEventListener("pointerdown", () => {
  released = new Promise(done => {
    for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => setTimeout(done), { once: true });
  });
});

document.addEventListener("click", event => {
  const link = event.target.closest("a[data-part]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  link.focus();
  turn = turn.then(() => change(link.href, link.dataset.part, { push: true }));
});

document.addEventListener("submit", event => {
  const { action, dataset } = event.target;
  if (!dataset.part) return;
  event.preventDefault();
  clearTimeout(waiting); // every button sends what was chosen
  const button = [event.submitter.name, event.submitter.value];
  turn = turn.then(() => change(action, dataset.part, { button }));
});

// A choice that changes other fields: shown once no further key was pressed for a moment.
document.addEventListener("change", ({ target }) => {
  if (!target.matches("[data-refresh]")) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const form = document.getElementById(target.id)?.form;
    form?.requestSubmit(form.elements.refresh);
  }, MOMENT);
});

addEventListener("popstate", () => location.reload());
