// Measurements drawn over the picture, in pixels of the screen, so that lines and letters keep their size.
import { KINDS } from "./shapes.js";

const INK = "#ffd166", SHADE = "rgb(0 0 0 / 65%)";
const HANDLE = 3.5; // CSS pixels
const HIGH = 20; // CSS pixels of a label
const FONT = "600 13px system-ui, sans-serif";

// shapes: {kind, points, words}; `words` stand beside the last point.
export function drawMeasures(stage, shapes) {
  const placed = []; // labels, so that none covers another
  for (const { kind, points, words } of shapes) {
    for (const [colour, wide] of [[SHADE, 4], [INK, 1.5]]) outline(stage, kind, points, colour, wide);
    for (const point of points) handle(stage, point);
    if (words) label(stage, points.at(-1), words, placed);
  }
}

function outline(stage, kind, points, colour, wide) {
  const { context } = stage;
  context.strokeStyle = colour;
  context.lineWidth = wide;
  context.stroke(KINDS[kind].area ? around(stage, kind, points) : along(stage, points));
}

function along(stage, points) {
  const path = new Path2D();
  points.forEach((point, at) => path[at ? "lineTo" : "moveTo"](...stage.screenPoint(point)));
  return path;
}

function around(stage, kind, [from, to]) {
  const [left, top] = [Math.min(from[0], to[0]), Math.min(from[1], to[1])];
  const [wide, high] = [Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1])];
  const path = new Path2D(), turned = new Path2D();
  if (kind === "rectangle") path.rect(left, top, wide, high);
  else path.ellipse(left + wide / 2, top + high / 2, wide / 2, high / 2, 0, 0, 2 * Math.PI);
  turned.addPath(path, new DOMMatrix(stage.place.matrix));
  return turned;
}

function handle(stage, point) {
  const { context } = stage;
  const [x, y] = stage.screenPoint(point);
  context.beginPath();
  context.arc(x, y, HANDLE, 0, 2 * Math.PI);
  context.fillStyle = SHADE;
  context.fill();
  context.strokeStyle = INK;
  context.lineWidth = 1.5;
  context.stroke();
}

function label(stage, point, words, placed) {
  const { context } = stage;
  const [x, y] = stage.screenPoint(point);
  context.font = FONT;
  const wide = context.measureText(words).width + 8;
  const left = Math.min(Math.max(x + 10, 2), stage.width - wide - 2);
  let top = Math.min(Math.max(y + 6, 2), stage.height - HIGH - 2);
  const covers = one => left < one.left + one.wide && one.left < left + wide && Math.abs(top - one.top) < HIGH;
  while (placed.some(covers)) top += HIGH + 2;
  placed.push({ left, top, wide });
  context.fillStyle = SHADE;
  context.fillRect(left, top, wide, HIGH);
  context.fillStyle = INK;
  context.textBaseline = "middle";
  context.fillText(words, left + 4, top + HIGH / 2);
}
