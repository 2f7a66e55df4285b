// A frame as a picture of its own size: samples through a table of shades, or colours as they are.
import { isPadding, modalityOf, tableOf } from "./samples.js";
import { shade } from "./windows.js";

const SMALL = { u1: [0, 256], i1: [-128, 256], u2: [0, 65536], i2: [-32768, 65536], bit: [0, 2] };
const BLACK = 0xff000000;

export class Picture {
  constructor() {
    this.canvas = document.createElement("canvas");
    this.made = ""; // what the canvas shows, so that the same is not made twice
  }

  // The canvas with this frame in this window.
  of(frame, window, inverted) {
    const key = JSON.stringify([frame.number, window, inverted]);
    if (this.made !== key || this.frame !== frame) this.#make(frame, window, inverted);
    [this.made, this.frame] = [key, frame];
    return this.canvas;
  }

  #make(frame, window, inverted) {
    const { rows, columns } = frame.kind;
    [this.canvas.width, this.canvas.height] = [columns, rows];
    const context = this.canvas.getContext("2d");
    const image = context.createImageData(columns, rows);
    const pixels = new Uint32Array(image.data.buffer);
    if (frame.kind.samples === 3) colours(frame, pixels);
    else if (frame.kind.palette) throughPalette(frame, pixels);
    else greys(frame, window, inverted, pixels);
    context.putImageData(image, 0, 0);
  }
}

function greys(frame, window, inverted, pixels) {
  const { samples, kind } = frame;
  const [first, count] = SMALL[kind.type] ?? [0, 0];
  if (!count || samples.length < count / 4) {
    const grey = greyOf(frame, window, inverted);
    for (let at = 0; at < pixels.length; at++) pixels[at] = grey(samples[at]);
    return;
  }
  const table = tableOfGreys(frame, window, inverted, first, count);
  for (let at = 0; at < pixels.length; at++) pixels[at] = table[samples[at] - first];
}

// A function from stored values to pixels.
function greyOf(frame, window, inverted) {
  const { kind } = frame;
  const value = modalityOf(frame);
  const part = shade(window);
  const turned = (kind.photometric === "MONOCHROME1") !== inverted;
  return stored => {
    if (isPadding(kind, stored)) return BLACK;
    const bright = Math.min(Math.max(part(value(stored)), 0), 1);
    return BLACK | (Math.round((turned ? 1 - bright : bright) * 255) * 0x010101);
  };
}

let known = { key: "", table: null }; // most images of a series are shaded alike

function tableOfGreys(frame, window, inverted, first, count) {
  const { kind, slope, intercept } = frame;
  const key = JSON.stringify([kind, slope, intercept, window, inverted]);
  if (known.key === key) return known.table;
  const grey = greyOf(frame, window, inverted);
  const table = new Uint32Array(count);
  for (let at = 0; at < count; at++) table[at] = grey(at + first);
  known = { key, table };
  return table;
}

function colours(frame, pixels) {
  const { samples, kind } = frame;
  const drop = Math.max(0, 8 * samples.BYTES_PER_ELEMENT - kind.unused - 8);
  for (let at = 0; at < pixels.length; at++) {
    const [red, green, blue] = [samples[3 * at] >> drop, samples[3 * at + 1] >> drop, samples[3 * at + 2] >> drop];
    pixels[at] = BLACK | (blue << 16) | (green << 8) | red;
  }
}

function throughPalette(frame, pixels) {
  const tables = frame.kind.palette.map(lut => {
    const table = tableOf(lut);
    return stored => table(stored) >> (lut.bits > 8 ? 8 : 0);
  });
  const [red, green, blue] = tables;
  for (let at = 0; at < pixels.length; at++) {
    const stored = frame.samples[at];
    pixels[at] = BLACK | (blue(stored) << 16) | (green(stored) << 8) | red(stored);
  }
}
