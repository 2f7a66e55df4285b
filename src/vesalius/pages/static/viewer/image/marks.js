// What stands around the picture: which image, the window, letters of direction, a scale, and the pixel under the cursor.
import { depthOf, lettersOf, placeOf, planeOf } from "./geometry.js";
import { isColour, readAt } from "./samples.js";
import { unturned } from "./stage.js";

const LENGTHS = [1, 2, 5, 10, 20, 50, 100, 200, 500]; // mm, of the scale bar
const LONGEST = 0.3; // share of the width that it may take

const figure = value => String(Math.abs(value) < 1000 ? Math.round(value * 1000) / 1000 : Math.round(value)).replace("-", "−");
const near = step => (Math.abs(step) < 1e-9 ? 0 : step);
const millimetres = value => value.toFixed(1).replace("-", "−");

export function showFrame(parts, frames, frame, shown, place) {
  const plane = planeOf(frame);
  const segment = frames.told.segments.find(one => one.number === frame.segment);
  const said = [plane && `${millimetres(depthOf(plane))} mm`, segment?.label];
  parts.number.textContent = `Image ${frame.number} of ${frames.count}`;
  parts.about.textContent = said.filter(Boolean).map(one => ` · ${one}`).join("");
  const { center, width } = shown ?? {};
  parts.window.textContent = isColour(frame.kind) || shown === null ? "" : `C ${figure(center)} W ${figure(width)}`;
  const letters = lettersOf(frame.kind.orientation, unturned(place, 1, 0).map(near), unturned(place, 0, 1).map(near));
  for (const [edge, letter] of Object.entries(letters)) parts[edge].textContent = letter;
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
  const taken = frame.suv && !read.colour ? ` · SUV ${figure(read.value / frame.suv)}` : "";
  const value = read.colour ? `red ${read.colour[0]}, green ${read.colour[1]}, blue ${read.colour[2]}` : `${figure(read.value)}${unit}`;
  parts.pixel.textContent = `x ${x}, y ${y}${place} · ${value}${taken}${read.padding ? " (padding)" : ""}`;
  parts.pixel.dataset.value = (read.colour ?? [read.value]).join(" ");
}
