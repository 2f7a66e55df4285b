// The list of what lies over the images: a box for each segment or contour, and a way to where it is.
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

// Tick what is shown, where an address or another deed has changed it.
export function tickSegments(parts, overlays) {
  for (const overlay of overlays) {
    for (const box of parts.segments.querySelectorAll(`input[data-of="${overlay.uid}"]`)) {
      box.checked = !overlay.hidden.has(Number(box.value));
    }
  }
}

function row(segment, overlay, view) {
  const line = document.createElement("li");
  const label = document.createElement("label");
  const box = Object.assign(document.createElement("input"), { type: "checkbox", value: String(segment.number) });
  box.checked = !overlay.hidden.has(segment.number);
  box.dataset.of = overlay.uid;
  const swatch = Object.assign(document.createElement("span"), { className: overlay.outlined ? "swatch outlined" : "swatch" });
  swatch.style[overlay.outlined ? "borderColor" : "background"] = segment.colour;
  const said = [segment.means, segment.made].filter(Boolean).join(", ").toLowerCase();
  const words = Object.assign(document.createElement("span"), { className: "muted small", textContent: said });
  label.append(box, swatch, ` ${segment.label} `, words);
  box.addEventListener("change", () => view.showSegment(overlay, segment.number, box.checked));
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
