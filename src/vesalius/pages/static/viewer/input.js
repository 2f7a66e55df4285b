// Mouse, wheel, fingers and keys, turned into deeds of the viewer.
const STEP = 8; // screen pixels of a drag that make one image
const NOTCH = 30; // of a wheel's turning that make one image
const TURN = 1.0015; // zoom per pixel of a drag

const KEYS = {
  ArrowDown: view => view.go(1), ArrowRight: view => view.go(1), ArrowUp: view => view.go(-1), ArrowLeft: view => view.go(-1),
  PageDown: view => view.go(10), PageUp: view => view.go(-10), Home: view => view.goTo(1), End: view => view.goTo(Infinity),
  "+": view => view.zoomBy(1.25), "=": view => view.zoomBy(1.25), "-": view => view.zoomBy(0.8), 0: view => view.fit(),
  " ": view => view.play(), p: view => view.play(), i: view => view.invert(), r: view => view.reset(), f: view => view.fullScreen(),
  w: view => view.widen(1.1), n: view => view.widen(1 / 1.1), b: view => view.brighten(1), d: view => view.brighten(-1),
  o: view => view.toggleLabels(), t: view => view.turn(), v: view => view.flip(),
  m: view => view.use("distance"), a: view => view.use("angle"), s: view => view.use("rectangle"), e: view => view.use("ellipse"),
  Enter: view => view.measureHere(), Escape: view => view.giveUp(), Delete: view => view.dropLast(), Backspace: view => view.dropLast(),
  c: view => view.cross(0, 0), h: view => view.cross(-1, 0), l: view => view.cross(1, 0), k: view => view.cross(0, -1), j: view => view.cross(0, 1),
};
const MOVES = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] };

// What a drag of dx, dy screen pixels does, by the tool.
const DRAGS = {
  window: (view, dx, dy) => view.windowBy(dx, dy),
  move: (view, dx, dy) => view.moveBy(dx, dy),
  zoom: (view, dx, dy, at) => view.zoomBy(TURN ** (-dy * 2), at),
  scroll: (view, dx, dy) => view.scrollBy(dy / STEP),
};

export function listen(stage, view) {
  const fingers = new Map(); // pointer id -> [x, y] on the canvas
  let measures = false; // whether the pointer that is down sets or moves a point
  const at = event => {
    const box = stage.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  stage.addEventListener("pointerdown", event => {
    if (event.target.closest("button")) return;
    stage.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, at(event));
    view.stop();
    if (fingers.size > 1) view.measuring.giveUp();
    measures = fingers.size === 1 && view.measuring.press(at(event), event);
  });
  stage.addEventListener("pointermove", event => {
    const before = fingers.get(event.pointerId);
    const here = at(event);
    if (!before) {
      view.measuring.move(here);
      view.hover(here);
      return;
    }
    fingers.set(event.pointerId, here);
    if (measures) view.measuring.move(here);
    else if (fingers.size === 2) pinch(view, fingers, event.pointerId, before, here);
    else if (fingers.size === 1) DRAGS[toolOf(event, view.tool)](view, here[0] - before[0], here[1] - before[1], before);
    if (event.pointerType === "mouse") view.hover(here);
  });
  for (const kind of ["pointerup", "pointercancel"]) {
    stage.addEventListener(kind, event => {
      fingers.delete(event.pointerId);
      if (measures) view.measuring.release(at(event));
      measures = false;
      if (kind === "pointerup" && event.pointerType !== "mouse" && !fingers.size) view.hover(at(event));
    });
  }
  stage.addEventListener("pointerleave", event => event.pointerType === "mouse" && view.hover(null));
  stage.addEventListener("contextmenu", event => event.preventDefault());
  stage.addEventListener("dblclick", () => view.fit());
  let turned = 0;
  stage.addEventListener("wheel", event => {
    if (event.ctrlKey) {
      event.preventDefault();
      view.zoomBy(TURN ** -event.deltaY, at(event));
    } else if (view.count > 1) {
      event.preventDefault();
      turned += event.deltaMode ? event.deltaY * NOTCH : event.deltaY;
      const steps = Math.trunc(turned / NOTCH);
      turned -= steps * NOTCH;
      if (steps) view.go(Math.sign(steps) * Math.min(Math.abs(steps), 3));
    }
  }, { passive: false });
}

// Keys, while the viewer has the focus and no field in it takes them (WCAG 2.1.4).
export function listenToKeys(root, view) {
  root.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("select, input, summary, a")) return;
    if (event.target.closest("button") && (event.key === " " || event.key === "Enter")) return;
    const move = event.shiftKey && MOVES[event.key];
    const preset = /^[1-9]$/.test(event.key);
    const deed = move ? () => view.moveBy(...move) : preset ? () => view.choose(Number(event.key) - 1) : KEYS[event.key];
    if (!deed) return;
    event.preventDefault();
    deed(view);
  });
}

function toolOf(event, chosen) {
  if (event.buttons & 2) return "zoom";
  if (event.buttons & 4 || event.shiftKey) return "move";
  return chosen in DRAGS ? chosen : "window";
}

function pinch(view, fingers, moved, before, here) {
  const other = [...fingers].find(([id]) => id !== moved)[1];
  const apart = point => Math.hypot(point[0] - other[0], point[1] - other[1]);
  const middle = [(here[0] + other[0]) / 2, (here[1] + other[1]) / 2];
  view.moveBy((here[0] - before[0]) / 2, (here[1] - before[1]) / 2);
  if (apart(before) > 10) view.zoomBy(apart(here) / apart(before), middle);
}
