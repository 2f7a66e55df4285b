// The viewer of one series: holds the state of the view, and asks the other modules to do the rest.
import { readAddress, writeAddress } from "./address.js";
import { Cine } from "./cine.js";
import { bind, fillPresets, listSegments, showState } from "./controls.js";
import { Frames } from "./frames.js";
import { listen, listenToKeys } from "./input.js";
import { showFrame, showPixel, showScale } from "./marks.js";
import { Overlay } from "./overlay.js";
import { Picture } from "./picture.js";
import { isColour } from "./samples.js";
import { Stage } from "./stage.js";
import { presetsOf, startsInverted } from "./windows.js";

const CLOSEST = 40, FARTHEST = 0.2; // zoom
const LABELS_AT_ONCE = 6; // segmentations that are opened without being asked for

class Viewer {
  constructor(root) {
    this.root = root;
    this.parts = Object.fromEntries([...root.querySelectorAll("[data-part]")].map(one => [one.dataset.part, one]));
    this.parts.kept = Object.fromEntries(new URLSearchParams(this.parts.header.search));
    this.stage = new Stage(this.parts.canvas);
    this.picture = new Picture();
    this.cine = new Cine(() => this.#step(), () => this.#nextIsHere());
    this.overlays = [];
    this.tool = this.parts.tool.value = matchMedia("(pointer: coarse)").matches ? "scroll" : "window";
    this.frame = null; // the one on the screen
    this.point = null; // of the image, under the cursor
    this.drawing = 0;
    this.scrolled = 0;
    bind(this.parts, this);
    listen(this.parts.stage, this);
    listenToKeys(root, this);
    new ResizeObserver(() => this.redraw()).observe(this.parts.canvas);
    addEventListener("hashchange", () => this.#follow());
    root.hidden = false;
    document.querySelector("[data-instead-of-viewer]")?.remove();
  }

  get count() {
    return this.frames?.count ?? 0;
  }

  async open() {
    this.#say("Reading the series …");
    try {
      this.frames = await Frames.open(this.root.dataset.viewer, told => this.#say(`Reading the series … ${part(told)}`));
      if (!this.count) {
        this.root.hidden = true;
        return;
      }
      await this.#begin();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #begin() {
    const { told } = this.frames;
    const asked = readAddress();
    const start = asked?.number ?? (Number(this.root.dataset.start) || 1);
    const first = await this.frames.get(this.#within(start), this.#waiting);
    this.presets = presetsOf(told, first);
    fillPresets(this.parts.preset, this.presets);
    this.first = {
      number: first.number, preset: 0, window: null, zoom: 1, centre: null, inverted: startsInverted(told),
      startsInverted: startsInverted(told), labels: true, opacity: Number(this.parts.opacity.value) / 100,
    };
    this.state = { ...this.first };
    this.#take(asked);
    this.parts.slider.max = String(this.count);
    for (const name of ["slider", "playing"]) this.parts[name].hidden = this.count < 2;
    this.playAt(Math.min(Math.max(Math.round(told.rate ?? 10), 1), 60));
    this.parts.shades.hidden = isColour(first.kind);
    await this.#show();
    for (const overlay of told.overlays.slice(0, LABELS_AT_ONCE)) this.#lay(new Overlay(overlay, this.frames));
  }

  async #lay(overlay) {
    try {
      await overlay.open();
    } catch {
      return; // the page itself lists the label; it cannot be drawn
    }
    if (!overlay.on.size) return; // it lies beside these images
    this.overlays.push(overlay);
    listSegments(this.parts, overlay, this);
    this.redraw();
  }

  // Deeds ------------------------------------------------------------------------------------------

  set(change) {
    if (!this.state) return;
    Object.assign(this.state, change);
    writeAddress(this.state);
    if (change.number && change.number !== this.frame?.number) this.#show();
    else this.redraw();
  }

  goTo(number) {
    if (!this.state) return;
    const wanted = this.#within(number);
    this.direction = wanted < this.state.number ? -1 : 1;
    this.set({ number: wanted });
  }

  go(step) {
    if (!this.state) return;
    this.stop();
    this.goTo(this.state.number + step);
  }

  scrollBy(part) {
    this.scrolled += part;
    const steps = Math.trunc(this.scrolled);
    this.scrolled -= steps;
    if (steps) this.go(steps);
  }

  choose(preset) {
    if (this.presets?.[preset]) this.set({ preset, window: null });
  }

  windowBy(dx, dy) {
    const { center, width } = this.#window();
    const step = Math.max(width, 1e-6) / 300;
    this.#setWindow(center + dy * step, width + dx * step * 2);
  }

  widen(factor) {
    const { center, width } = this.#window();
    this.#setWindow(center, width * factor);
  }

  brighten(step) {
    const { center, width } = this.#window();
    this.#setWindow(center - (step * width) / 20, width);
  }

  invert() {
    this.set({ inverted: !this.state?.inverted });
  }

  // Zoom about a point of the screen, else about the middle.
  zoomBy(factor, point = [this.stage.width / 2, this.stage.height / 2]) {
    if (!this.frame) return;
    const zoom = Math.min(Math.max(this.state.zoom * factor, FARTHEST), CLOSEST);
    const fixed = this.stage.imagePoint(...point, this.stage.placeOf(this.frame.kind, this.state));
    const after = this.stage.placeOf(this.frame.kind, { ...this.state, zoom });
    const centre = [
      fixed[0] - (point[0] - this.stage.width / 2) / after.across, fixed[1] - (point[1] - this.stage.height / 2) / after.down,
    ];
    this.set({ zoom, centre: zoom === 1 && factor < 1 ? null : centre });
  }

  moveBy(dx, dy) {
    if (!this.frame) return;
    const { columns, rows } = this.frame.kind;
    const { across, down } = this.stage.placeOf(this.frame.kind, this.state);
    const [x, y] = this.state.centre ?? [columns / 2, rows / 2];
    const held = (value, most) => Math.min(Math.max(value, 0), most);
    this.set({ centre: [held(x - dx / across, columns), held(y - dy / down, rows)] });
  }

  fit() {
    this.set({ zoom: 1, centre: null });
  }

  reset() {
    this.stop();
    if (this.state) this.set({ ...this.first, number: this.state.number });
  }

  toggleLabels() {
    this.set({ labels: !this.state?.labels });
  }

  play() {
    if (this.count < 2) return;
    if (this.cine.playing) this.cine.stop();
    else this.cine.play();
    this.redraw();
  }

  stop() {
    if (!this.cine.playing) return;
    this.cine.stop();
    this.redraw();
  }

  playAt(rate) {
    this.cine.rate = rate;
    this.parts.rate.value = String(rate);
  }

  fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.root.requestFullscreen?.();
  }

  again() {
    this.parts.trouble.hidden = true;
    if (this.state) this.#show();
    else this.open();
  }

  hover(point) {
    if (this.crossed) this.redraw();
    this.crossed = null;
    this.point = point && this.stage.imagePoint(...point);
    showPixel(this.parts, this.frame, this.point, false);
  }

  // Move the crosshair by pixels of the image; the first time it stands in the middle of the view.
  cross(dx, dy) {
    if (!this.frame) return;
    const { columns, rows } = this.frame.kind;
    const [x, y] = this.crossed ?? this.stage.imagePoint(this.stage.width / 2, this.stage.height / 2).map(Math.floor);
    this.crossed = [Math.min(Math.max(x + dx, 0), columns - 1), Math.min(Math.max(y + dy, 0), rows - 1)];
    this.point = this.crossed;
    this.redraw();
  }

  redraw() {
    if (this.drawing || !this.frame) return;
    this.drawing = requestAnimationFrame(() => {
      this.drawing = 0;
      this.#draw();
    });
  }

  // Inside -----------------------------------------------------------------------------------------

  #waiting = told => this.#say(`Decoding the image … ${part(told)}`);

  #within(number) {
    return Math.min(Math.max(Math.round(number), 1), this.count);
  }

  #after() {
    return (this.state.number % this.count) + 1;
  }

  #step() {
    this.set({ number: this.#after() });
  }

  #nextIsHere() {
    const number = this.#after();
    if (this.frames.held(number)) return true;
    if (!this.frames.underway.has(number)) this.frames.get(number).catch(error => this.#fail(error));
    return false;
  }

  #window() {
    if (!this.frame) return { center: 0, width: 1 };
    return this.state.window ?? this.presets[this.state.preset].of(this.frame);
  }

  #setWindow(center, width) {
    if (this.frame) this.set({ window: { center, width: Math.max(width, 1e-6), function: "LINEAR_EXACT" } });
  }

  #take(asked) {
    if (!asked) return;
    const known = asked.preset !== null && this.presets[asked.preset] ? asked.preset : 0;
    Object.assign(this.state, asked, { number: this.#within(asked.number), preset: known });
    this.state.inverted = asked.inverted ?? this.first.startsInverted;
  }

  #follow() {
    const asked = readAddress();
    if (!asked || !this.state) return;
    this.#take(asked);
    this.#show();
  }

  async #show() {
    const { number } = this.state;
    this.frames.prefetch(number, this.direction ?? 1);
    try {
      if (!this.frames.held(number)) this.#say("Fetching the image …", 300);
      const frame = await this.frames.get(number, this.#waiting);
      if (this.state.number !== number) return; // the reader has gone on
      this.frame = frame;
      this.#say("");
      this.parts.trouble.hidden = true;
      this.redraw();
      for (const overlay of this.overlays) overlay.prefetch(number);
    } catch (error) {
      if (this.state.number === number && error.name !== "AbortError") this.#fail(error);
    }
  }

  #draw() {
    this.stage.fit();
    const { frame, state } = this;
    const shown = isColour(frame.kind) ? null : this.#window();
    const layers = state.labels ? this.overlays.flatMap(one => one.layers(frame, () => this.redraw())) : [];
    this.stage.draw(frame.kind, this.picture.of(frame, shown, state.inverted), layers, state, this.crossed);
    showFrame(this.parts, this.frames, frame, shown);
    showScale(this.parts, frame.kind, this.stage.place, this.stage.width);
    showPixel(this.parts, frame, this.point, Boolean(this.crossed));
    showState(this.parts, state, frame, { playing: this.cine.playing, count: this.count });
    this.parts.stage.dataset.shown = String(frame.number);
  }

  #say(words, after = 0) {
    clearTimeout(this.saying);
    const say = () => { this.parts.status.textContent = words; };
    if (after) this.saying = setTimeout(say, after);
    else say();
  }

  #fail(error) {
    this.stop();
    this.#say("");
    this.parts.why.textContent = error.message || "The connection to the archive broke.";
    this.parts.trouble.hidden = false;
  }
}

const part = ({ done, total }) => (total ? `${done} of ${total}` : "");

for (const root of document.querySelectorAll("[data-viewer]")) {
  const viewer = new Viewer(root);
  viewer.open();
  document.addEventListener("click", event => {
    const link = event.target.closest("a[data-image]");
    if (!link || !viewer.state || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    viewer.goTo(Number(link.dataset.image));
    viewer.parts.stage.focus();
  });
}
