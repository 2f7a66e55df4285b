// The view in the address: #image=12&window=40,400&zoom=2&centre=255.5,128&inverted=1&labels=0
const number = text => (text !== null && text !== "" && Number.isFinite(Number(text)) ? Number(text) : null);
const numbers = (text, count) => {
  const found = (text ?? "").split(",").map(number);
  return found.length === count && !found.includes(null) ? found : null;
};
const short = value => String(Math.round(value * 100) / 100);

// What a fragment asks for; null where it is about something else, such as #cite.
export function readAddress() {
  const asked = new URLSearchParams(location.hash.slice(1));
  if (!asked.has("image")) return null;
  const window = numbers(asked.get("window"), 2);
  return {
    number: Math.round(number(asked.get("image")) ?? 1),
    preset: number(asked.get("preset")),
    window: window && window[1] > 0 ? { center: window[0], width: window[1], function: "LINEAR_EXACT" } : null,
    zoom: Math.max(number(asked.get("zoom")) ?? 1, 0.1),
    centre: numbers(asked.get("centre"), 2),
    inverted: asked.has("inverted") ? asked.get("inverted") === "1" : null,
    labels: asked.get("labels") !== "0",
  };
}

let later = 0;

// Put the view into the address, without a step in the history for each slice.
export function writeAddress(state) {
  clearTimeout(later);
  later = setTimeout(() => {
    const said = [`image=${state.number}`];
    if (state.window) said.push(`window=${short(state.window.center)},${short(state.window.width)}`);
    else if (state.preset) said.push(`preset=${state.preset}`);
    if (state.zoom !== 1) said.push(`zoom=${short(state.zoom)}`);
    if (state.centre) said.push(`centre=${state.centre.map(short)}`);
    if (state.inverted !== state.startsInverted) said.push(`inverted=${state.inverted ? 1 : 0}`);
    if (!state.labels) said.push("labels=0");
    history.replaceState(history.state, "", `#${said.join("&")}`);
  }, 250);
}
