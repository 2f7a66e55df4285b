// Buttons and choices below the picture.
import { KINDS } from "./measure/shapes.js";

export function bind(parts, view) {
  const deeds = {
    play: () => view.play(), invert: () => view.invert(), reset: () => view.reset(), closer: () => view.zoomBy(1.25),
    farther: () => view.zoomBy(0.8), full: () => view.fullScreen(), again: () => view.again(), turn: () => view.turn(),
    flip: () => view.flip(),
  };
  for (const [name, deed] of Object.entries(deeds)) parts[name].addEventListener("click", deed);
  for (const kind of Object.keys(KINDS)) parts[kind].addEventListener("click", () => view.use(view.tool === kind ? parts.tool.value : kind));
  parts.slider.addEventListener("input", () => view.goTo(Number(parts.slider.value)));
  parts.preset.addEventListener("change", () => view.choose(Number(parts.preset.value)));
  parts.tool.addEventListener("change", () => view.use(parts.tool.value));
  parts.rate.addEventListener("change", () => view.playAt(Number(parts.rate.value)));
  parts.opacity.addEventListener("input", () => view.set({ opacity: Number(parts.opacity.value) / 100 }));
  parts.labels.addEventListener("change", () => view.set({ labels: parts.labels.checked }));
}

export function fillPresets(select, presets) {
  select.replaceChildren(...presets.map((one, at) => new Option(at < 9 ? `${at + 1}  ${one.name}` : one.name, String(at))));
  const own = new Option("Set by hand", "own");
  own.disabled = true;
  select.append(own);
}

export function showTool(parts, tool) {
  for (const kind of Object.keys(KINDS)) parts[kind].setAttribute("aria-pressed", String(tool === kind));
}

export function showState(parts, state, frame, { playing, count }) {
  parts.slider.value = String(state.number);
  parts.slider.setAttribute("aria-valuetext", `Image ${state.number} of ${count}`);
  parts.preset.value = state.window ? "own" : String(state.preset);
  parts.invert.setAttribute("aria-pressed", String(state.inverted));
  parts.flip.setAttribute("aria-pressed", String(state.flipped));
  parts.play.textContent = playing ? "Stop" : "Play";
  parts.labels.checked = state.labels;
  parts.opacity.value = String(Math.round(state.opacity * 100));
  parts.header.search = `?${new URLSearchParams({ ...parts.kept, instance: frame.file })}`;
}
