// Measuring by mouse, finger and keys: points are set, moved by their handles, and taken back.
import { KINDS, kept } from "./shapes.js";

const GRASP = 10; // CSS pixels around a handle
const DRAGGED = 4; // CSS pixels from which a press and its release are two points

export class Measuring {
  constructor(view) {
    this.view = view;
    this.pending = null; // {kind, image, points}: the last point still follows the cursor
    this.held = null; // {measure, at}: a point that is moved by its handle
    this.pressed = null; // where the pointer went down
  }

  get isOn() {
    return this.view.tool in KINDS;
  }

  // A pointer goes down at a point of the screen; true when it is ours.
  press(screen, event) {
    if (event.button || event.shiftKey || !this.view.frame) return false;
    this.pressed = screen;
    if (!this.pending) this.held = this.#handleAt(screen);
    if (this.held) return true;
    if (!this.isOn) return false;
    this.#point(this.#imagePoint(screen));
    return true;
  }

  // The pointer moves, pressed or not.
  move(screen) {
    const point = this.#imagePoint(screen);
    if (this.held && this.pressed) this.#moveHeld(point);
    else if (this.pending) {
      this.pending.points = [...this.pending.points.slice(0, -1), point];
      this.view.redraw();
    }
  }

  release(screen) {
    const dragged = this.pressed && Math.hypot(screen[0] - this.pressed[0], screen[1] - this.pressed[1]) > DRAGGED;
    this.pressed = null;
    this.held = null;
    if (dragged && this.pending) this.#point(this.#imagePoint(screen));
  }

  // A point at the crosshair, set by a key.
  pointAt([x, y]) {
    if (this.isOn) this.#point([x + 0.5, y + 0.5]);
  }

  // What was begun follows the crosshair.
  follow([x, y]) {
    if (this.pending) this.pending.points = [...this.pending.points.slice(0, -1), [x + 0.5, y + 0.5]];
  }

  giveUp() {
    this.pending = this.held = this.pressed = null;
    this.view.redraw();
  }

  // All shapes of an image, with what is being drawn on it.
  on(image) {
    const found = (this.view.state?.measures ?? []).map((one, at) => ({ ...one, at, measure: one })).filter(one => one.image === image);
    return this.pending?.image === image ? [...found, this.pending] : found;
  }

  // Fix the point under the cursor, and begin the next one, or end.
  #point(point) {
    const { frame, tool } = this.view;
    if (!this.pending || this.pending.image !== frame.number) {
      this.pending = { kind: tool, image: frame.number, points: [point, point] };
    } else {
      const points = [...this.pending.points.slice(0, -1), point];
      if (points.length < KINDS[this.pending.kind].points) this.pending.points = [...points, point];
      else this.#end({ ...this.pending, points });
    }
    this.view.redraw();
  }

  #end(measure) {
    this.pending = null;
    const [first, second] = measure.points;
    if (first[0] === second[0] && first[1] === second[1]) return; // two presses at one place measure nothing
    this.view.addMeasure(measure);
  }

  #handleAt(screen) {
    const { stage } = this.view;
    for (const { measure, points } of this.on(this.view.frame.number)) {
      const at = points.findIndex(point => {
        const [x, y] = stage.screenPoint(point);
        return Math.hypot(x - screen[0], y - screen[1]) <= GRASP;
      });
      if (at >= 0 && measure) return { measure, at };
    }
    return null;
  }

  #moveHeld(point) {
    const { measure, at } = this.held;
    const moved = { ...measure, points: measure.points.map((one, index) => (index === at ? point : one)) };
    this.view.changeMeasure(measure, moved);
    this.held = { measure: moved, at };
  }

  #imagePoint(screen) {
    return this.view.stage.imagePoint(...screen).map(kept);
  }
}
