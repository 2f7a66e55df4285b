// What can be measured: kinds, their points, and what they say of an image. Points are of the image: the pixel of
// column x and row y reaches from x to x + 1 and from y to y + 1.
import { isColour, isPadding, modalityOf } from "../image/samples.js";

export const KINDS = {
  distance: { name: "Distance", points: 2 },
  angle: { name: "Angle", points: 3 }, // between the legs from the second point
  rectangle: { name: "Rectangle", points: 2, area: true }, // two corners
  ellipse: { name: "Ellipse", points: 2, area: true }, // corners of the rectangle around it
};

// Points are kept as exactly as an address holds them, so that a view that is sent says the same.
export const kept = value => Math.round(value * 100) / 100;

export function measured(measure, frame) {
  if (measure.kind === "distance") return { length: lengthOf(measure.points, frame.kind), unit: unitOf(frame.kind) };
  if (measure.kind === "angle") return { angle: angleOf(measure.points, frame.kind), unit: "°" };
  return { ...statistics(measure, frame), ...areaOf(measure, frame.kind) };
}

// One step of a column and of a row: mm, else columns.
function steps(kind) {
  return kind.spacing ? [kind.spacing[1], kind.spacing[0]] : [1, kind.aspect];
}

function unitOf(kind) {
  return kind.spacing ? "mm" : "px";
}

function lengthOf([from, to], kind) {
  const [across, down] = steps(kind);
  return Math.hypot((to[0] - from[0]) * across, (to[1] - from[1]) * down);
}

function angleOf([one, corner, other], kind) {
  const [across, down] = steps(kind);
  const leg = point => [(point[0] - corner[0]) * across, (point[1] - corner[1]) * down];
  const [a, b] = [leg(one), leg(other)];
  return Math.abs(Math.atan2(a[0] * b[1] - a[1] * b[0], a[0] * b[0] + a[1] * b[1])) * (180 / Math.PI);
}

function areaOf({ kind: shape, points: [from, to] }, kind) {
  const [across, down] = steps(kind);
  const around = Math.abs((to[0] - from[0]) * across * (to[1] - from[1]) * down);
  return { area: shape === "ellipse" ? (around * Math.PI) / 4 : around, areaUnit: `${unitOf(kind)}²` };
}

// Of the pixels whose middle lies within; those that are padding say nothing. SD is that of exactly these pixels.
function statistics(measure, frame) {
  const unit = frame.kind.unit ?? "";
  if (isColour(frame.kind)) return { pixels: within(measure, frame.kind).length, unit };
  const value = modalityOf(frame);
  const found = within(measure, frame.kind).map(at => frame.samples[at]).filter(stored => !isPadding(frame.kind, stored)).map(value);
  if (!found.length) return { pixels: 0, unit };
  const mean = found.reduce((sum, one) => sum + one, 0) / found.length;
  const spread = found.reduce((sum, one) => sum + (one - mean) ** 2, 0) / found.length;
  const least = found.reduce((one, other) => Math.min(one, other)), most = found.reduce((one, other) => Math.max(one, other));
  return { pixels: found.length, mean, sd: Math.sqrt(spread), least, most, unit, ...uptake(mean, most, frame) };
}

// Standardised uptake, where the file says enough to tell it.
function uptake(mean, most, { suv }) {
  return suv ? { meanSuv: mean / suv, mostSuv: most / suv } : {};
}

// Places in the samples of the pixels whose middle lies within.
function within({ kind: shape, points: [from, to] }, { rows, columns }) {
  const [left, right] = [from[0], to[0]].sort((one, other) => one - other);
  const [top, bottom] = [from[1], to[1]].sort((one, other) => one - other);
  const found = [];
  const clear = (value, most) => Math.min(Math.max(value, 0), most);
  for (let y = clear(Math.floor(top), rows); y < clear(Math.ceil(bottom), rows); y++) {
    for (let x = clear(Math.floor(left), columns); x < clear(Math.ceil(right), columns); x++) {
      const [u, v] = [((x + 0.5 - left) / (right - left)) * 2 - 1, ((y + 0.5 - top) / (bottom - top)) * 2 - 1];
      const inside = shape === "ellipse" ? u * u + v * v <= 1 : Math.abs(u) <= 1 && Math.abs(v) <= 1;
      if (inside) found.push(y * columns + x);
    }
  }
  return found;
}

// In words --------------------------------------------------------------------------------------------------

const figure = (value, digits) => value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: digits, useGrouping: false }).replace("-", "−");
const rounded = value => figure(value, Math.abs(value) < 10 ? 3 : 1);
const plain = value => (Number.isInteger(value) ? figure(value, 0) : rounded(value));

// The one figure that stands beside the shape in the picture.
export function inShort(found) {
  if (found.length !== undefined) return `${figure(found.length, 1)} ${found.unit}`;
  if (found.angle !== undefined) return `${figure(found.angle, 1)}°`;
  return found.mean === undefined ? `${figure(found.area, 1)} ${found.areaUnit}` : `${rounded(found.mean)} ± ${rounded(found.sd)}${found.unit && ` ${found.unit}`}`;
}

// All that was found, as [what, figure] pairs.
export function inFull(found, kind) {
  if (found.length !== undefined) return [["length", `${figure(found.length, 2)} ${found.unit}${kind.spacing_at ? " at the detector" : ""}`]];
  if (found.angle !== undefined) return [["angle", `${figure(found.angle, 1)}°`]];
  const unit = found.unit && ` ${found.unit}`;
  const values = found.mean === undefined ? [] : [
    ["mean", `${rounded(found.mean)}${unit}`], ["SD", `${rounded(found.sd)}${unit}`],
    ["least", `${plain(found.least)}${unit}`], ["most", `${plain(found.most)}${unit}`],
  ];
  const taken = found.meanSuv === undefined ? [] : [["mean SUV", figure(found.meanSuv, 2)], ["most SUV", figure(found.mostSuv, 2)]];
  return [...values, ...taken, ["area", `${figure(found.area, 1)} ${found.areaUnit}${kind.spacing_at ? " at the detector" : ""}`], ["pixels", String(found.pixels)]];
}
