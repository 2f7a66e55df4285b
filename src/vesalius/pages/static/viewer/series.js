// The page of one series: its viewer, the view in the address, and the pictures that lead into it.
import { writeAddress } from "./address.js";
import { Viewer } from "./viewer.js";

for (const root of document.querySelectorAll("[data-viewer]")) {
  const viewer = new Viewer(root, (_, change) => "hovered" in change || writeAddress(() => viewer.fragment));
  document.querySelector("[data-instead-of-viewer]")?.remove();
  viewer.open(location.hash.slice(1));
  addEventListener("hashchange", () => viewer.follow(location.hash.slice(1)));
  document.addEventListener("click", event => {
    const link = event.target.closest("a[data-image]");
    if (!link || !viewer.state || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    viewer.goTo(Number(link.dataset.image));
    viewer.parts.stage.focus();
  });
}
