// The viewer of one series: holds the state of the view, and asks the other modules to do the rest.
import { fragmentOf, pictureOf, stateOf } from "./address.js";
import { Cine } from "./cine.js";
import { bind, fillPresets, showState, showTool } from "./controls.js";
import { Frames } from "./image/frames.js";
import { showFrame, showPixel, showScale } from "./image/marks.js";
import { Picture } from "./image/picture.js";
import { isColour } from "./image/samples.js";
import { Stage, unturned } from "./image/stage.js";
import { presetsOf, startsInverted } from "./image/windows.js";
import { listen, listenToKeys } from "./input.js";
import { Contours } from "./labels/contours.js";
import { listSegments, tickSegments } from "./labels/legend.js";
import { Masks } from "./labels/masks.js";
import { drawMeasures } from "./measure/drawing.js";
import { MeasureList } from "./measure/list.js";
import { KINDS, inFull, inShort, measured } from "./measure/shapes.js";
import { Measuring } from "./measure/tool.js";

const CLOSEST = 40, FARTHEST = 0.2; // zoom
const LABELS_AT_ONCE = 6; // segmentations that are opened without being asked for
const LAID_BY = { frames: Masks, contours: Contours }; // kind of label -> what lays it over images

export class Viewer {
  // changed: is told of every change of the state, to keep the address.
  constructor(root, changed) {
    this.root = root;
    this.changed = changed;
    this.parts = Object.fromEntries([...root.querySelectorAll("[data-part]")].map(one => [one.dataset.part, one]));
    this.parts.kept = Object.fromEntries(new URLSearchParams(this.parts.header.search));
    this.stage = new Stage(this.parts.canvas);
    this.picture = new Picture();
    this.cine = new Cine(() => this.#step(), () => this.#nextIsHere());
    this.overlays = [];
    this.measuring = new Measuring(this);
    this.list = new MeasureList(this.parts, this);
    this.results = new WeakMap(); // measurement -> what it says
    this.tool = this.parts.tool.value = matchMedia("(pointer: coarse)").matches ? "scroll" : "window";
    this.frame = null; // the one on the screen
    this.point = null; // of the image, under the cursor
    this.drawing = 0;
    this.scrolled = 0;
    bind(this.parts, this);
    listen(this.parts.stage, this);
    listenToKeys(root, this);
    new ResizeObserver(() => this.redraw()).observe(this.parts.canvas);
    root.hidden = false;
  }

  get count() {
    return this.frames?.count ?? 0;
  }

  // asked: the words of a view, as they stand in an address.
  async open(asked = this.asked) {
    this.asked = asked;
    this.#say("Reading the series …");
    try {
      const waiting = told => this.#say(`Reading the series … ${part(told)}`);
      this.frames = await Frames.open(this.root.dataset.viewer, waiting, this.#start());
      if (!this.count) {
        this.root.hidden = true;
        return;
      }
      await this.#begin();
    } catch (error) {
      this.#fail(error);
    }
  }

  // Number of the image that is seen first.
  #start() {
    return Math.max(stateOf(this.asked)?.number ?? (Number(this.root.dataset.start) || 1), 1);
  }

  async #begin() {
    const { told } = this.frames;
    const asked = stateOf(this.asked);
    const first = await this.frames.get(this.#within(this.#start()), this.#waiting);
    this.presets = presetsOf(told, first);
    fillPresets(this.parts.preset, this.presets);
    this.first = {
      number: first.number, preset: 0, window: null, zoom: 1, centre: null, inverted: startsInverted(told),
      turned: 0, flipped: false, labels: true, opacity: Number(this.parts.opacity.value) / 100, hidden: {}, measures: [],
    };
    this.state = { ...this.first };
    this.#take(asked);
    this.parts.slider.max = String(this.count);
    for (const name of ["slider", "playing"]) this.parts[name].hidden = this.count < 2;
    this.playAt(Math.min(Math.max(Math.round(told.rate ?? 10), 1), 60));
    this.parts.shades.hidden = isColour(first.kind);
    await this.#show();
    for (const overlay of told.overlays.slice(0, LABELS_AT_ONCE)) this.#lay(new LAID_BY[overlay.kind](overlay, this.frames));
  }

  async #lay(overlay) {
    try {
      await overlay.open();
    } catch {
      return; // the page itself lists the label; it cannot be drawn
    }
    if (overlay.isEmpty) return; // it lies beside these images
    overlay.hidden = new Set(this.state.hidden[overlay.uid]);
    this.overlays.push(overlay);
    listSegments(this.parts, overlay, this);
    this.redraw();
  }

  // Deeds ------------------------------------------------------------------------------------------

  set(change) {
    if (!this.state) return;
    Object.assign(this.state, change);
    this.changed(this, change);
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
    const off = unturned(after, point[0] - this.stage.width / 2, point[1] - this.stage.height / 2);
    const centre = fixed.map((at, axis) => at - off[axis]);
    this.set({ zoom, centre: zoom === 1 && factor < 1 ? null : centre });
  }

  moveBy(dx, dy) {
    if (!this.frame) return;
    const { columns, rows } = this.frame.kind;
    const [right, down] = unturned(this.stage.placeOf(this.frame.kind, this.state), dx, dy);
    const [x, y] = this.state.centre ?? [columns / 2, rows / 2];
    const held = (value, most) => Math.min(Math.max(value, 0), most);
    this.set({ centre: [held(x - right, columns), held(y - down, rows)] });
  }

  fit() {
    this.set({ zoom: 1, centre: null });
  }

  reset() {
    this.stop();
    if (this.state) this.set({ ...this.first, number: this.state.number, measures: this.state.measures, hidden: this.state.hidden });
  }

  turn() {
    if (this.state) this.set({ turned: (this.state.turned + 90) % 360 });
  }

  flip() {
    if (this.state) this.set({ flipped: !this.state.flipped });
  }

  showSegment(overlay, number, shown) {
    if (shown) overlay.hidden.delete(number);
    else overlay.hidden.add(number);
    this.set({ hidden: { ...this.state.hidden, [overlay.uid]: [...overlay.hidden] } });
  }

  // Measuring --------------------------------------------------------------------------------------

  use(tool) {
    this.tool = tool;
    this.measuring.giveUp();
    if (tool in KINDS) this.#tell(`${KINDS[tool].name}: set ${KINDS[tool].points} points`);
    showTool(this.parts, tool);
  }

  addMeasure(measure) {
    this.setMeasures([...this.state.measures, measure]);
    const found = this.#found(measure);
    if (found) this.#tell(`${KINDS[measure.kind].name} ${this.state.measures.length}: ${inFull(found, this.frame.kind).map(pair => pair.join(" ")).join(", ")}`);
  }

  changeMeasure(from, to) {
    this.setMeasures(this.state.measures.map(one => (one === from ? to : one)));
  }

  setMeasures(measures) {
    this.set({ measures });
  }

  dropLast() {
    const last = this.state?.measures.findLast(one => one.image === this.state.number);
    if (last) this.setMeasures(this.state.measures.filter(one => one !== last));
  }

  // Set a point by a key, at the crosshair.
  measureHere() {
    if (this.crossed) this.measuring.pointAt(this.crossed);
    else this.cross(0, 0);
  }

  giveUp() {
    this.measuring.giveUp();
  }

  // What a measurement says; null while its image is fetched.
  #found(measure) {
    const known = this.results.get(measure);
    if (known) return known;
    const frame = this.frame?.number === measure.image ? this.frame : this.frames.held(measure.image);
    if (!frame) {
      if (measure.image <= this.count) this.frames.get(measure.image).then(() => this.redraw(), () => {});
      return null;
    }
    this.results.set(measure, measured(measure, frame));
    return this.results.get(measure);
  }

  #showMeasures(frame) {
    const shapes = this.measuring.on(frame.number).map(({ kind, points, measure }) => {
      const found = measure ? this.#found(measure) : points.length === KINDS[kind].points && measured({ kind, points }, frame);
      return { kind, points, words: found ? inShort(found) : "" };
    });
    drawMeasures(this.stage, shapes);
    const kindOf = image => (image <= this.count ? this.frames.about(image).kind : null);
    this.list.show(this.state.measures.map(measure => ({ measure, found: this.#found(measure), kind: kindOf(measure.image) })));
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
    if (this.state) this.changed(this, { hovered: this.point });
    showPixel(this.parts, this.frame, this.point, false);
  }

  // Mark a pixel that another viewer points at; null for none.
  mark(pixel) {
    if (!pixel && !this.marked) return;
    this.marked = pixel;
    this.redraw();
  }

  // Move the crosshair by pixels of the image; the first time it stands in the middle of the view.
  cross(dx, dy) {
    if (!this.frame) return;
    const { columns, rows } = this.frame.kind;
    const [x, y] = this.crossed ?? this.stage.imagePoint(this.stage.width / 2, this.stage.height / 2).map(Math.floor);
    this.crossed = [Math.min(Math.max(x + dx, 0), columns - 1), Math.min(Math.max(y + dy, 0), rows - 1)];
    this.point = this.crossed;
    this.measuring.follow(this.crossed);
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
    this.state.inverted = asked.inverted ?? this.first.inverted;
    this.state.opacity = asked.opacity ?? this.first.opacity;
    for (const overlay of this.overlays) overlay.hidden = new Set(this.state.hidden[overlay.uid]);
    tickSegments(this.parts, this.overlays);
  }

  // Go where an address says.
  follow(fragment) {
    const asked = stateOf(fragment);
    if (!asked || !this.state) return;
    this.#take(asked);
    this.#show();
  }

  get fragment() {
    return fragmentOf(this.state, this.first);
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
    this.stage.draw(frame.kind, this.picture.of(frame, shown, state.inverted), layers, state);
    this.#showMeasures(frame);
    for (const pixel of [this.crossed, this.marked]) if (pixel) this.stage.cross(pixel);
    showFrame(this.parts, this.frames, frame, shown, this.stage.place);
    showScale(this.parts, frame.kind, this.stage.place, this.stage.width);
    showPixel(this.parts, frame, this.point, Boolean(this.crossed));
    showState(this.parts, state, frame, { playing: this.cine.playing, count: this.count });
    this.#showAddress(shown);
    this.parts.stage.dataset.shown = String(frame.number);
  }

  #showAddress(shown) {
    const asked = pictureOf(this.state, this.first, shown, this.stage);
    const kept = new URLSearchParams(this.parts.kept).toString();
    this.parts.snapshot.search = [kept, asked].filter(Boolean).join("&");
  }

  // Say aloud what a reader of the screen does not see.
  #tell(words) {
    this.parts.told.textContent = words;
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
