// The table of measurements beside the picture: what a reader who does not see the shapes gets, and the way to each.
import { KINDS, inFull } from "./shapes.js";

export class MeasureList {
  constructor(parts, view) {
    this.parts = parts;
    this.view = view;
    this.shown = "";
    parts.clearMeasures.addEventListener("click", () => {
      view.setMeasures([]);
      parts.stage.focus();
    });
  }

  // rows: {measure, found, kind}; `found` is null while its image is fetched.
  show(rows) {
    const key = JSON.stringify(rows.map(({ measure, found }) => [measure, found]));
    if (key === this.shown) return;
    this.shown = key;
    this.parts.measures.hidden = !rows.length;
    this.parts.measureRows.replaceChildren(...rows.map((row, at) => this.#row(row, at)));
    this.parts.detector.hidden = !rows.some(({ kind }) => kind?.spacing_at);
    this.parts.unscaled.hidden = !rows.some(({ kind }) => kind && !kind.spacing);
  }

  #row({ measure, found, kind }, at) {
    const row = document.createElement("tr");
    const name = `${KINDS[measure.kind].name} ${at + 1}`;
    row.append(cell("th", name, "Measured"), cell("td", String(measure.image), "Image"), this.#result(found, kind), this.#deeds(measure, name, at));
    if (found) row.dataset.found = JSON.stringify(found);
    return row;
  }

  #result(found, kind) {
    const result = cell("td", found ? "" : "…", "Result");
    const list = Object.assign(document.createElement("span"), { className: "found" });
    for (const [what, figure] of found ? inFull(found, kind) : []) {
      const one = document.createElement("span");
      one.append(Object.assign(document.createElement("span"), { className: "muted", textContent: `${what} ` }), figure);
      list.append(one, " ");
    }
    if (found) result.append(list);
    return result;
  }

  #deeds(measure, name, at) {
    const deeds = cell("td", "", "");
    deeds.append(
      button("Show", `Show ${name}, image ${measure.image}`, () => this.view.goTo(measure.image)), " ",
      button("Delete", `Delete ${name}`, () => {
        this.view.setMeasures(this.view.state.measures.filter(one => one !== measure));
        (this.parts.measureRows.rows[Math.max(at - 1, 0)]?.querySelector("button") ?? this.parts.stage).focus();
      }),
    );
    return deeds;
  }
}

function cell(tag, words, label) {
  const made = document.createElement(tag);
  made.textContent = words;
  if (tag === "th") made.scope = "row";
  else if (label) made.dataset.label = label;
  return made;
}

function button(words, name, deed) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "button quiet small", textContent: words });
  made.setAttribute("aria-label", name);
  made.addEventListener("click", deed);
  return made;
}
