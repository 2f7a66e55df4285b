// Follows work that goes on: asks for the page again and puts its #live part in place until nothing is at work.
// data-live may say after how many seconds.
const EVERY = 2; // seconds

async function look() {
  const here = document.querySelector("#live[data-live]");
  if (!here) return;
  if (document.visibilityState === "visible" && !here.contains(document.activeElement)) {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (answer.redirected) return location.reload(); // there is a newer page, or the session has ended
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#live");
      if (!fresh?.hasAttribute("data-live")) return location.reload(); // done: the rest of the page changed too
      if (fresh.outerHTML !== here.outerHTML) here.replaceWith(document.adoptNode(fresh)); // pictures do not flicker
    } catch { /* the server is away for a moment; look again later */ }
  }
  wait();
}

function wait() {
  const here = document.querySelector("#live[data-live]");
  if (here) setTimeout(look, 1000 * (Number(here.dataset.live) || EVERY));
}
wait();
