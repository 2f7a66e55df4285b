// A link or form that changes one part of the page: asks for the same page and puts its part in place.
// data-part names the part; without scripts the whole page comes.
async function change(request, part, { push }) {
  const old = document.getElementById(part);
  const focused = document.activeElement?.id;
  old.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(request, { headers: { Accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part);
    if (!fresh) return location.assign(answer.url); // another page: the question was asked
    if (push) history.pushState({}, "", answer.url);
    old.replaceWith(document.adoptNode(fresh));
    const again = (focused && document.getElementById(focused)) || document.querySelector(`#${part} [autofocus]`);
    again?.focus();
  } catch {
    location.assign(typeof request === "string" ? request : request.url);
  }
}

document.addEventListener("click", event => {
  const link = event.target.closest("a[data-part]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  link.focus();
  change(link.href, link.dataset.part, { push: true });
});

document.addEventListener("submit", event => {
  const form = event.target;
  if (!form.dataset.part) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  change(new Request(form.action, { method: "POST", body }), form.dataset.part, { push: false });
});

document.addEventListener("change", event => {
  if (event.target.matches("[data-refresh]")) event.target.form.requestSubmit(event.target.form.elements.refresh);
});

addEventListener("popstate", () => location.reload());
