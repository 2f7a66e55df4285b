// Viewers side by side, linked: what one does the others do, by place in the body where their files tell it.
import { apart, areParallel, pixelOf, placeOf, planeOf } from "./image/geometry.js";

const TOGETHER = ["turned", "flipped"]; // parts of a view that are the same at once

export class Link {
  // choices: {scroll, window, zoom}, the fields on the page; told: where it is said how they are linked.
  constructor(choices, told) {
    this.choices = choices;
    this.told = told;
    this.viewers = [];
    this.busy = false; // a change that a change made is not passed on
    this.last = new Map(); // viewer -> number of its image before
    choices.scroll.addEventListener("change", () => this.follow(this.viewers[0]));
  }

  add(viewer) {
    this.viewers.push(viewer);
  }

  // A viewer has changed; the others follow as far as they are linked.
  changed(viewer, change) {
    if (this.busy) return;
    this.busy = true;
    for (const other of this.viewers) {
      if (other === viewer || !other.state || !viewer.state) continue;
      if (change.number) this.#scroll(viewer, other);
      if (this.choices.window.checked) this.#shade(viewer, other, change);
      if (this.choices.zoom.checked) this.#zoom(viewer, other, change);
      if ("hovered" in change) this.#point(viewer, other, change.hovered);
    }
    this.busy = false;
    for (const one of this.viewers) if (one.state) this.last.set(one, one.state.number);
    this.tell();
  }

  // All others go where this one is.
  follow(viewer) {
    if (viewer?.state) this.changed(viewer, { number: viewer.state.number });
  }

  #scroll(viewer, other) {
    const how = this.choices.scroll.value;
    if (how === "step") other.goTo(other.state.number + viewer.state.number - (this.last.get(viewer) ?? viewer.state.number));
    else if (how) other.goTo((how === "place" && atSamePlace(viewer, other)) || share(viewer, other));
  }

  #shade(viewer, other, change) {
    if (viewer.frames.told.modality !== other.frames.told.modality) return;
    if ("inverted" in change) other.set({ inverted: change.inverted });
    if (change.window) other.set({ window: change.window });
    else if ("preset" in change) {
      const name = viewer.presets[change.preset]?.name;
      const same = other.presets.findIndex(one => one.name === name);
      if (same >= 0) other.set({ preset: same, window: null });
    }
  }

  #zoom(viewer, other, change) {
    const same = Object.fromEntries(TOGETHER.filter(name => name in change).map(name => [name, change[name]]));
    if ("zoom" in change || "centre" in change) Object.assign(same, { zoom: viewer.state.zoom, centre: moved(viewer, other) });
    if (Object.keys(same).length) other.set(same);
  }

  // The place under the cursor of one, marked in the others that lie in the same frame of reference.
  #point(viewer, other, point) {
    const [here, there] = [viewer, other].map(one => one.frame && planeOf(one.frame));
    const near = point && here && there && here.frame && here.frame === there.frame && areParallel(here, there);
    other.mark(near ? pixelOf(there, placeOf(here, point[0] - 0.5, point[1] - 0.5)).map(Math.round) : null);
  }

  // Say how they are linked.
  tell() {
    const spaces = new Set(this.viewers.map(one => one.frame?.kind.frame_of_reference ?? one));
    const words = {
      place: spaces.size > 1
        ? "Their frames of reference differ: they scroll by share of the series. Scroll one alone, then link step by step."
        : "They lie in one frame of reference: they scroll by place in the body.",
      share: "They scroll by share of the series.",
      step: "They scroll step by step, and keep their distance.",
      "": "Each scrolls alone.",
    };
    const said = words[this.choices.scroll.value];
    if (this.told.textContent !== said) this.told.textContent = said;
  }
}

// Number of the other's image nearest to the place of this one's; 0 where that cannot be told.
function atSamePlace(viewer, other) {
  const here = planeOf(viewer.frames.about(viewer.state.number));
  if (!here?.frame) return 0;
  let nearest = 0, least = Infinity;
  for (let number = 1; number <= other.count; number++) {
    const there = planeOf(other.frames.about(number));
    if (!there || there.frame !== here.frame || !areParallel(here, there)) continue;
    const off = apart(there, here.origin);
    if (off < least) [nearest, least] = [number, off];
  }
  return nearest;
}

function share(viewer, other) {
  const part = viewer.count > 1 ? (viewer.state.number - 1) / (viewer.count - 1) : 0;
  return 1 + Math.round(part * (other.count - 1));
}

// The same share of the image in the middle.
function moved(viewer, other) {
  if (!viewer.state.centre || !viewer.frame || !other.frame) return null;
  const [from, to] = [viewer.frame.kind, other.frame.kind];
  return [(viewer.state.centre[0] * to.columns) / from.columns, (viewer.state.centre[1] * to.rows) / from.rows];
}
