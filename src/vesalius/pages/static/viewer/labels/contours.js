// Contours of a structure set laid over images: by the one image that each names, else by where it lies.
import { ask } from "../image/frames.js";
import { apart, pixelOf, planeOf, spacingOf } from "../image/geometry.js";

const CLOSE = 0.25; // mm: contours on images that have no neighbours must lie so near
const THICK = 2, MARK = 4; // CSS pixels of a line, and of half a mark of a single point
const FILL = 50 / 255; // opacity of the inside

export class Contours {
  constructor(told, frames) {
    this.title = told.title;
    this.holding = told.holding;
    this.here = told.here; // false: drawn on another series in the same space
    this.uid = told.series;
    this.series = `/series/${told.series}/`;
    this.address = told.address;
    this.frames = frames; // of the images below
    this.segments = []; // the regions of interest
    this.hidden = new Set(); // their numbers
    this.outlined = true;
    this.on = new Map(); // number of an image -> its contours
  }

  async open(waiting) {
    const told = await (await ask(this.address, { waiting })).json();
    this.#place(told);
    this.segments = told.segments.filter(({ number }) => this.firstOf(number));
  }

  #place({ segments, contours }) {
    const images = Array.from({ length: this.frames.count }, (_, at) => this.frames.about(at + 1));
    const byName = new Map(images.map(one => [one.instance, one]));
    const planes = images.map(planeOf);
    const tolerance = Math.max(CLOSE, 0.5 * spacingOf(planes));
    const spaces = new Map(segments.map(one => [one.number, one.frame_of_reference]));
    for (const contour of contours) {
      const places = byThrees(contour.points);
      const named = contour.source && byName.get(contour.source);
      const near = (_, at) => planes[at] && planes[at].frame === spaces.get(contour.segment) && places.every(place => apart(planes[at], place) <= tolerance);
      for (const image of named ? [named] : images.filter(near)) this.#keep(contour, places, image, planes[image.number - 1]);
    }
  }

  #keep(contour, places, image, plane) {
    if (!plane) return;
    const points = places.map(place => pixelOf(plane, place).map(part => part + 0.5));
    this.on.set(image.number, [...(this.on.get(image.number) ?? []), { segment: contour.segment, closed: contour.closed, points }]);
  }

  get isEmpty() {
    return !this.on.size;
  }

  // The middle one of the images that a region is drawn on.
  firstOf(number) {
    const images = [...this.on].filter(([, found]) => found.some(one => one.segment === number)).map(([image]) => image);
    return images.sort((one, other) => one - other)[Math.floor(images.length / 2)];
  }

  // What is to be drawn over an image: one layer for each region, so that one contour in another is a hole.
  layers(frame) {
    const here = this.on.get(frame.number) ?? [];
    return this.segments.filter(({ number }) => !this.hidden.has(number)).map(({ number, colour }) => {
      const own = here.filter(one => one.segment === number);
      return { draw: (context, onScreen) => draw(context, onScreen, own, colour) };
    });
  }

  prefetch() {} // all is here
}

function draw(context, onScreen, contours, colour) {
  const ofImage = context.getTransform();
  onScreen(); // so that lines are as thick at every zoom
  const toScreen = context.getTransform().inverse().multiply(ofImage);
  const area = new Path2D(), lines = new Path2D();
  for (const { closed, points } of contours) {
    const shown = points.map(([x, y]) => toScreen.transformPoint({ x, y }));
    if (shown.length === 1) lines.rect(shown[0].x - MARK, shown[0].y - MARK, 2 * MARK, 2 * MARK);
    trace(lines, shown, closed);
    if (closed) trace(area, shown, true);
  }
  const whole = context.globalAlpha;
  [context.fillStyle, context.strokeStyle, context.lineWidth, context.lineJoin] = [colour, colour, THICK, "round"];
  context.globalAlpha = whole * FILL;
  context.fill(area, "evenodd");
  context.globalAlpha = whole;
  context.stroke(lines);
}

function trace(path, points, closed) {
  points.forEach(({ x, y }, at) => path[at ? "lineTo" : "moveTo"](x, y));
  if (closed) path.closePath();
}

function byThrees(flat) {
  return Array.from({ length: flat.length / 3 }, (_, at) => flat.slice(3 * at, 3 * at + 3));
}
