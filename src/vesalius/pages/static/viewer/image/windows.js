// Windows: which values become black to white, and the presets that a reader may choose (PS3.3 C.11.2).
import { isPadding, modalityOf, tableOf } from "./samples.js";

const BY_MODALITY = {
  CT: [
    ["Soft tissue", 40, 400], ["Lung", -600, 1500], ["Bone", 300, 1500], ["Brain", 40, 80], ["Liver", 60, 160],
  ],
};
const INVERTED = new Set(["PT"]); // what is bright in the body is read dark on white
const SAMPLED = 20000; // pixels that the automatic window looks at

// The choices for a series: {name, of: frame -> {center, width, function} or {voi}}.
export function presetsOf(told, first) {
  if (told.segments.length) return [{ name: "Mask", of: () => ({ center: 0.5, width: 1, function: "LINEAR_EXACT" }) }];
  const automatic = remembered(spread);
  const own = (first.windows ?? []).map(([, , , name], at) => ({
    name: `As the file says${name ? `: ${name}` : first.windows.length > 1 ? ` (${at + 1})` : ""}`,
    of: frame => {
      const [center, width, kind] = frame.windows?.[at] ?? first.windows[at];
      return { center, width, function: kind };
    },
  }));
  const table = first.kind.voi ? [{ name: "Table of the file", of: frame => ({ voi: frame.kind.voi, ...automatic(frame) }) }] : [];
  return [...own, ...table, ...known(told.modality, first.kind.usual), { name: "Automatic", of: automatic }, { name: "Full range", of: full }];
}

// The usual windows of a modality, that of this body part first.
function known(modality, usual) {
  const windows = [...(BY_MODALITY[modality] ?? [])];
  if (usual) {
    const at = windows.findIndex(([, center, width]) => center === usual[0] && width === usual[1]);
    windows.unshift(at < 0 ? ["Usual", ...usual] : windows.splice(at, 1)[0]);
  }
  return windows.map(([name, center, width]) => ({ name, of: () => ({ center, width, function: "LINEAR" }) }));
}

export function startsInverted(told) {
  return INVERTED.has(told.modality);
}

function remembered(make) {
  let known = null;
  return frame => (known ??= make(frame));
}

function sampled(frame) {
  const value = modalityOf(frame);
  const step = Math.max(1, Math.floor(frame.samples.length / SAMPLED));
  const found = [];
  for (let at = 0; at < frame.samples.length; at += step) {
    if (!isPadding(frame.kind, frame.samples[at])) found.push(value(frame.samples[at]));
  }
  return found.filter(Number.isFinite).sort((one, other) => one - other);
}

// From the darkest to the brightest hundredth.
function spread(frame) {
  const found = sampled(frame);
  const part = share => found[Math.floor(share * (found.length - 1))] ?? 0;
  return between(part(0.01), part(0.99)) ?? full(frame);
}

function full(frame) {
  const value = modalityOf(frame);
  let low = Infinity, high = -Infinity;
  for (const stored of frame.samples) {
    if (isPadding(frame.kind, stored)) continue;
    const here = value(stored);
    if (here < low) low = here;
    if (here > high) high = here;
  }
  return between(low, high) ?? { center: 0.5, width: 1, function: "LINEAR_EXACT" };
}

function between(low, high) {
  return high > low ? { center: (low + high) / 2, width: high - low, function: "LINEAR_EXACT" } : null;
}

// A function from modality values to parts of white (PS3.3 C.11.2.1.2 and C.11.2.1.3).
export function shade(window) {
  const { center, width } = window;
  if (window.voi) {
    const table = tableOf(window.voi);
    const top = 2 ** window.voi.bits - 1;
    return value => table(value) / top;
  }
  if (window.function === "SIGMOID") return value => 1 / (1 + Math.exp((-4 * (value - center)) / width));
  if (window.function === "LINEAR_EXACT") return value => (value - center) / width + 0.5;
  return value => (value - (center - 0.5)) / Math.max(width - 1, 1e-3) + 0.5;
}
