// Segmentations laid over images: which mask lies on which image, painted in the segments' colours.
import { Frames } from "../image/frames.js";
import { onto, planeOf, spacingOf } from "../image/geometry.js";

const FILL = 110, EDGE = 255; // opacity of a mask's inside and of its outline
const KEPT = 200; // painted masks
const AROUND = 3; // images on both sides whose masks are fetched early
const CLOSE = 0.25; // mm: a mask whose images have no neighbours must lie so near

export class Masks {
  constructor(told, frames) {
    this.title = told.title;
    this.holding = told.holding;
    this.here = told.here; // false: drawn on another series in the same space
    this.uid = told.series;
    this.series = `/series/${told.series}/`;
    this.address = told.address;
    this.frames = frames; // of the images below
    this.masks = null; // Frames of the segmentation, once open
    this.segments = [];
    this.hidden = new Set(); // numbers of segments
    this.painted = new Map();
  }

  async open(waiting) {
    this.masks = await Frames.open(this.address, waiting);
    this.segments = this.masks.told.segments;
    this.#place();
  }

  // For each image the numbers of the masks on it: by the one image they name, else by where they lie.
  #place() {
    const images = Array.from({ length: this.frames.count }, (_, at) => this.frames.about(at + 1));
    const byName = new Map(images.map(one => [`${one.instance} ${one.within}`, one.number]));
    const planes = images.map(planeOf);
    const tolerance = Math.max(CLOSE, 0.5 * spacingOf(planes));
    this.on = new Map();
    for (let number = 1; number <= this.masks.count; number++) {
      const mask = this.masks.about(number);
      const named = mask.source && byName.get(mask.source.join(" "));
      for (const image of named ? [named] : this.#near(planes, planeOf(mask), tolerance)) {
        this.on.set(image, [...(this.on.get(image) ?? []), number]);
      }
    }
    this.tolerance = tolerance;
  }

  #near(planes, plane, tolerance) {
    const found = [];
    planes.forEach((one, at) => {
      if (onto(one, plane, tolerance)) found.push(at + 1);
    });
    return found;
  }

  // The first image with anything of a segment on it.
  firstOf(segment) {
    const found = [...this.on].filter(([, masks]) => masks.some(mask => (this.masks.about(mask).segment ?? segment) === segment));
    const images = found.map(([image]) => image).sort((one, other) => one - other);
    return images[Math.floor(images.length / 2)];
  }

  get isEmpty() {
    return !this.on.size;
  }

  // What is to be drawn over an image now; `ready` is called when more of it has come.
  layers(frame, ready) {
    const found = [];
    for (const number of this.masks ? (this.on.get(frame.number) ?? []) : []) {
      const mask = this.masks.about(number);
      if (mask.segment && this.hidden.has(mask.segment)) continue;
      const samples = this.masks.held(number);
      if (samples) found.push(layer(this.#paint(samples), matrixOf(frame, mask, this.tolerance)));
      else this.masks.get(number).then(ready, () => {});
    }
    return found;
  }

  // Fetch the masks of the images around one, before the reader comes there.
  prefetch(image) {
    for (let at = image - AROUND; this.masks && at <= image + AROUND; at++) {
      for (const number of this.on.get(at) ?? []) this.masks.get(number).catch(() => {}); // it is asked for again when seen
    }
  }

  #paint(mask) {
    const key = `${mask.number} ${[...this.hidden]}`;
    const known = this.painted.get(key);
    if (known) return known;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [mask.kind.columns, mask.kind.rows];
    const context = canvas.getContext("2d");
    const image = context.createImageData(canvas.width, canvas.height);
    this.#fill(new Uint32Array(image.data.buffer), mask);
    context.putImageData(image, 0, 0);
    this.painted.set(key, canvas);
    if (this.painted.size > KEPT) this.painted.delete(this.painted.keys().next().value);
    return canvas;
  }

  #fill(pixels, mask) {
    const { columns, rows } = mask.kind;
    const inks = new Map(this.segments.filter(one => !this.hidden.has(one.number)).map(one => [one.number, ink(one.colour)]));
    const segmentAt = this.#reader(mask);
    for (let y = 0, at = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++, at++) {
        const here = segmentAt(at);
        if (!inks.has(here)) continue;
        const inside = x > 0 && y > 0 && x < columns - 1 && y < rows - 1
          && segmentAt(at - 1) === here && segmentAt(at + 1) === here
          && segmentAt(at - columns) === here && segmentAt(at + columns) === here;
        pixels[at] = inks.get(here) | ((inside ? FILL : EDGE) << 24);
      }
    }
  }

  // A function from the index of a pixel to the segment there, 0 for none (PS3.3 C.8.20.2).
  #reader({ segment, samples }) {
    const about = this.segments.find(one => one.number === segment) ?? this.segments[0];
    if (about?.form === "LABELMAP") return at => samples[at];
    const least = about?.form === "FRACTIONAL" ? about.most / 2 : 1;
    return at => (samples[at] >= least ? segment : 0);
  }
}

function layer(canvas, matrix) {
  const draw = context => {
    context.transform(...matrix);
    context.drawImage(canvas, 0, 0);
  };
  return { draw };
}

function matrixOf(frame, mask, tolerance) {
  const matrix = onto(planeOf(frame), planeOf(mask), tolerance);
  if (matrix) return matrix;
  return [frame.kind.columns / mask.kind.columns, 0, 0, frame.kind.rows / mask.kind.rows, 0, 0];
}

// A colour such as "#e69f00" as the low three bytes of a pixel.
function ink(colour) {
  const [red, green, blue] = [1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16));
  return (blue << 16) | (green << 8) | red;
}
