// Follows work that goes on: asks for the page again and puts its #live part in place until nothing is at work.
const EVERY = 2000; // milliseconds

async function look() {
  const here = document.querySelector("#live[data-live]");
  if (!here) return;
  if (document.visibilityState === "visible" && !here.contains(document.activeElement)) {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (answer.redirected || !answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#live");
      if (!fresh) return;
      if (!fresh.hasAttribute("data-live")) return location.reload(); // done: the rest of the page changed too
      here.replaceWith(document.adoptNode(fresh));
    } catch { /* the server is away for a moment; look again later */ }
  }
  setTimeout(look, EVERY);
}
setTimeout(look, EVERY);
