// Buttons, choices and the list of labels below the picture.
export function bind(parts, view) {
  const deeds = {
    play: () => view.play(), invert: () => view.invert(), reset: () => view.reset(), closer: () => view.zoomBy(1.25),
    farther: () => view.zoomBy(0.8), full: () => view.fullScreen(), again: () => view.again(),
  };
  for (const [name, deed] of Object.entries(deeds)) parts[name].addEventListener("click", deed);
  parts.slider.addEventListener("input", () => view.goTo(Number(parts.slider.value)));
  parts.preset.addEventListener("change", () => view.choose(Number(parts.preset.value)));
  parts.tool.addEventListener("change", () => { view.tool = parts.tool.value; });
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

export function showState(parts, state, frame, { playing, count }) {
  parts.slider.value = String(state.number);
  parts.slider.setAttribute("aria-valuetext", `Image ${state.number} of ${count}`);
  parts.preset.value = state.window ? "own" : String(state.preset);
  parts.invert.setAttribute("aria-pressed", String(state.inverted));
  parts.play.textContent = playing ? "Stop" : "Play";
  parts.labels.checked = state.labels;
  parts.header.search = `?${new URLSearchParams({ ...parts.kept, instance: frame.file })}`;
}

// One segmentation's list: a box for each segment, and a way to where it is.
export function listSegments(parts, overlay, view) {
  const list = document.createElement("ul");
  list.className = "plain";
  for (const segment of overlay.segments) list.append(row(segment, overlay, view));
  const title = document.createElement("p");
  const link = Object.assign(document.createElement("a"), { href: overlay.series, textContent: overlay.title });
  title.append(link, ` in ${overlay.holding}${overlay.here ? "" : ", drawn on another series of the same space"}`);
  parts.segments.append(title, list);
  parts.legend.hidden = false;
}

function row(segment, overlay, view) {
  const line = document.createElement("li");
  const label = document.createElement("label");
  const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: true });
  const swatch = Object.assign(document.createElement("span"), { className: "swatch" });
  swatch.style.background = segment.colour;
  const said = [segment.means, segment.made].filter(Boolean).join(", ").toLowerCase();
  const words = Object.assign(document.createElement("span"), { className: "muted small", textContent: said });
  label.append(box, swatch, ` ${segment.label} `, words);
  box.addEventListener("change", () => {
    if (box.checked) overlay.hidden.delete(segment.number);
    else overlay.hidden.add(segment.number);
    view.redraw();
  });
  line.append(label);
  const number = overlay.firstOf(segment.number);
  if (number) {
    const go = Object.assign(document.createElement("button"), { type: "button", className: "button quiet small", textContent: "Show" });
    go.setAttribute("aria-label", `Show ${segment.label}, image ${number}`);
    go.addEventListener("click", () => view.goTo(number));
    line.append(go);
  }
  return line;
}
