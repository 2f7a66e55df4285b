// The page of series side by side: their viewers, the link between them, and all their views in the address.
import { writeAddress } from "./address.js";
import { Link } from "./link.js";
import { Viewer } from "./viewer.js";

const part = name => document.querySelector(`[data-link=${name}]`);

const link = new Link({ scroll: part("scroll"), window: part("window"), zoom: part("zoom") }, part("told"));
part("controls").hidden = false;

const views = () => location.hash.slice(1).split("/"); // a view for each, in their order

const viewers = [...document.querySelectorAll("[data-viewer]")].map(root => new Viewer(root, (viewer, change) => {
  link.changed(viewer, change);
  if (!("hovered" in change)) writeAddress(() => viewers.map(one => (one.state ? one.fragment : "")).join("/"));
}));
viewers.forEach(viewer => link.add(viewer));
document.querySelectorAll("[data-instead-of-viewer]").forEach(one => one.remove());

Promise.all(viewers.map((viewer, at) => viewer.open(views()[at] ?? ""))).then(() => {
  if (!location.hash) link.follow(viewers[0]); // an address tells where each stands
  link.tell();
});
addEventListener("hashchange", () => {
  link.busy = true;
  viewers.forEach((viewer, at) => viewer.follow(views()[at] ?? ""));
  link.busy = false;
});
