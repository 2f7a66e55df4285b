// What stands around the picture: which image, the window, letters of direction, a scale, and the pixel under the cursor.
import { depthOf, lettersOf, placeOf, planeOf } from "./geometry.js";
import { isColour, readAt } from "./samples.js";

const LENGTHS = [1, 2, 5, 10, 20, 50, 100, 200, 500]; // mm, of the scale bar
const LONGEST = 0.3; // share of the width that it may take

const figure = value => String(Math.abs(value) < 1000 ? Math.round(value * 1000) / 1000 : Math.round(value)).replace("-", "−");
const millimetres = value => value.toFixed(1).replace("-", "−");

export function showFrame(parts, frames, frame, shown) {
  const plane = planeOf(frame);
  const segment = frames.told.segments.find(one => one.number === frame.segment);
  const said = [plane && `${millimetres(depthOf(plane))} mm`, segment?.label];
  parts.number.textContent = `Image ${frame.number} of ${frames.count}`;
  parts.about.textContent = said.filter(Boolean).map(one => ` · ${one}`).join("");
  const { center, width } = shown ?? {};
  parts.window.textContent = isColour(frame.kind) || shown === null ? "" : `C ${figure(center)} W ${figure(width)}`;
  for (const [edge, letters] of Object.entries(lettersOf(frame.kind.orientation))) parts[edge].textContent = letters;
}

export function showScale(parts, kind, place, wide) {
  const per = kind.spacing ? place.across / kind.spacing[1] : 0; // screen pixels per mm
  const length = LENGTHS.findLast(one => one * per <= wide * LONGEST) ?? 0;
  parts.scale.hidden = !per || !length;
  parts.scaleBar.style.width = `${length * per}px`;
  parts.scaleWords.textContent = length >= 10 ? `${length / 10} cm` : `${length} mm`;
}

// The pixel at a point of the image, in words; `aloud` for a reader who moves the crosshair by keys.
export function showPixel(parts, frame, point, aloud) {
  parts.pixel.setAttribute("aria-live", aloud ? "polite" : "off");
  const [x, y] = point ? point.map(Math.floor) : [-1, -1];
  const read = frame && readAt(frame, x, y);
  if (!read) {
    parts.pixel.textContent = "";
    return;
  }
  const plane = planeOf(frame);
  const place = plane ? ` · ${placeOf(plane, x, y).map(millimetres).join(", ")} mm` : "";
  const unit = frame.kind.unit ? ` ${frame.kind.unit}` : "";
  const value = read.colour ? `red ${read.colour[0]}, green ${read.colour[1]}, blue ${read.colour[2]}` : `${figure(read.value)}${unit}`;
  parts.pixel.textContent = `x ${x}, y ${y}${place} · ${value}${read.padding ? " (padding)" : ""}`;
  parts.pixel.dataset.value = (read.colour ?? [read.value]).join(" ");
}
