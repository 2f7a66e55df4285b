// The view in the address: #image=12&window=40,400&zoom=2&centre=255.5,128&rotate=90&flip=1&inverted=1&labels=0
// &opacity=40&hide=UID,1,2&distance=12,10.5,20,30,20; deliver/view.py reads the same words for a picture of the view.
import { KINDS, kept } from "./measure/shapes.js";

const number = text => (text !== null && text !== "" && Number.isFinite(Number(text)) ? Number(text) : null);
const numbers = (text, count) => {
  const found = (text ?? "").split(",").map(number);
  return found.length === count && !found.includes(null) ? found : null;
};

// What a fragment asks for; null where it is about something else, such as #cite.
export function stateOf(fragment) {
  const asked = new URLSearchParams(fragment);
  if (!asked.has("image")) return null;
  const window = numbers(asked.get("window"), 2);
  const opacity = number(asked.get("opacity"));
  return {
    number: Math.round(number(asked.get("image")) ?? 1),
    preset: number(asked.get("preset")),
    window: window && window[1] > 0 ? { center: window[0], width: window[1], function: "LINEAR_EXACT" } : null,
    zoom: Math.max(number(asked.get("zoom")) ?? 1, 0.1),
    centre: numbers(asked.get("centre"), 2),
    turned: [90, 180, 270].find(one => one === number(asked.get("rotate"))) ?? 0,
    flipped: asked.get("flip") === "1",
    inverted: asked.has("inverted") ? asked.get("inverted") === "1" : null,
    labels: asked.get("labels") !== "0",
    ...(opacity === null ? {} : { opacity: Math.min(Math.max(opacity, 10), 100) / 100 }),
    hidden: Object.fromEntries(asked.getAll("hide").map(one => one.split(",")).map(([uid, ...segments]) => [uid, segments.map(Number)])),
    measures: Object.keys(KINDS).flatMap(kind => asked.getAll(kind).map(told => measureOf(kind, told))).filter(Boolean),
  };
}

function measureOf(kind, told) {
  const found = numbers(told, 1 + 2 * KINDS[kind].points);
  if (!found) return null;
  const points = Array.from({ length: KINDS[kind].points }, (_, at) => [found[1 + 2 * at], found[2 + 2 * at]].map(kept));
  return { kind, image: Math.round(found[0]), points };
}

// The words of a state; those of what is as at the start are left out.
export function fragmentOf(state, first) {
  const said = [`image=${state.number}`];
  if (state.window) said.push(`window=${kept(state.window.center)},${kept(state.window.width)}`);
  else if (state.preset) said.push(`preset=${state.preset}`);
  return [...said, ...besides(state, first)].join("&");
}

// The words for a picture of the view, which knows no presets: `shown` is the window on the screen, null for colours.
export function pictureOf(state, first, shown, { width, height }) {
  const window = shown && !shown.voi ? [`window=${[shown.center, shown.width, shown.function]}`] : [];
  const inverted = `inverted=${state.inverted ? 1 : 0}`;
  const rest = besides(state, first).filter(word => !word.startsWith("inverted="));
  const here = rest.filter(word => !(word.split("=")[0] in KINDS) || word.split(/[=,]/)[1] === String(state.number));
  return [`image=${state.number}`, ...window, inverted, ...here, `size=${Math.round(width)},${Math.round(height)}`].join("&");
}

function besides(state, first) {
  const said = [];
  if (state.zoom !== 1) said.push(`zoom=${kept(state.zoom)}`);
  if (state.centre) said.push(`centre=${state.centre.map(kept)}`);
  if (state.turned) said.push(`rotate=${state.turned}`);
  if (state.flipped) said.push("flip=1");
  if (state.inverted !== first.inverted) said.push(`inverted=${state.inverted ? 1 : 0}`);
  if (!state.labels) said.push("labels=0");
  if (state.opacity !== first.opacity) said.push(`opacity=${Math.round(state.opacity * 100)}`);
  for (const [uid, segments] of Object.entries(state.hidden)) {
    if (segments.length) said.push(`hide=${[uid, ...segments]}`);
  }
  for (const { kind, image, points } of state.measures) said.push(`${kind}=${[image, ...points.flat()]}`);
  return said;
}

let later = 0;

// Put the view into the address, without a step in the history for each slice.
export function writeAddress(fragment) {
  clearTimeout(later);
  later = setTimeout(() => history.replaceState(history.state, "", `#${fragment()}`), 250);
}
