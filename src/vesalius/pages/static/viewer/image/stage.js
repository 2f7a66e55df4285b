// The canvas: where the picture lies on it, turned and flipped as asked, and drawing it with what is laid over it.
const SMOOTH_BELOW = 4; // screen pixels per image pixel from which on single pixels are to be seen
const QUARTERS = { 0: [1, 0], 90: [0, 1], 180: [-1, 0], 270: [0, -1] }; // cosine and sine, clockwise

export class Stage {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.width = this.height = 0; // CSS pixels
    this.place = null; // of the frame drawn last
  }

  // Take the size that the page gives; returns whether it changed.
  fit() {
    const { width, height } = this.canvas.getBoundingClientRect();
    const dense = window.devicePixelRatio || 1;
    const size = [Math.round(width * dense), Math.round(height * dense)];
    if (this.canvas.width === size[0] && this.canvas.height === size[1]) return false;
    [this.canvas.width, this.canvas.height] = size;
    [this.width, this.height] = [width, height];
    return true;
  }

  // Where a frame lies: `across` CSS pixels per column, and the matrix from points of the image to CSS pixels.
  // It is flipped from left to right first, then turned clockwise, about the middle of the view.
  placeOf(kind, state) {
    const [wide, high] = [kind.columns, kind.rows * kind.aspect];
    const [cos, sin] = QUARTERS[state.turned];
    const [fitWide, fitHigh] = sin ? [high, wide] : [wide, high];
    const across = Math.min(this.width / fitWide, this.height / fitHigh) * state.zoom, down = across * kind.aspect;
    const mirror = state.flipped ? -1 : 1;
    const [a, b, c, d] = [mirror * cos * across, mirror * sin * across, -sin * down, cos * down];
    const [x, y] = state.centre ?? [kind.columns / 2, kind.rows / 2];
    return { across, matrix: [a, b, c, d, this.width / 2 - a * x - c * y, this.height / 2 - b * x - d * y] };
  }

  // The point of the image under a point of the screen (CSS pixels from the canvas's corner).
  imagePoint(x, y, place = this.place) {
    if (!place) return null;
    const [, , , , e, f] = place.matrix;
    return unturned(place, x - e, y - f);
  }

  // The point of the screen over a point of the image.
  screenPoint([x, y], place = this.place) {
    const [a, b, c, d, e, f] = place.matrix;
    return [a * x + c * y + e, b * x + d * y + f];
  }

  draw(kind, picture, layers, state) {
    const { context } = this;
    this.place = this.placeOf(kind, state);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.imageSmoothingEnabled = this.place.across * this.dense < SMOOTH_BELOW;
    context.imageSmoothingQuality = "high";
    this.onImage();
    context.drawImage(picture, 0, 0);
    context.imageSmoothingEnabled = false;
    context.globalAlpha = state.opacity;
    for (const layer of layers) {
      this.onImage();
      layer.draw(context, () => this.onScreen());
    }
    context.globalAlpha = 1;
    this.onScreen();
  }

  // Pixels of the canvas for each CSS pixel.
  get dense() {
    return this.canvas.width / this.width;
  }

  // From here on the context counts in pixels of the image, or in CSS pixels.
  onImage() {
    this.context.setTransform(...this.place.matrix.map(part => part * this.dense));
  }

  onScreen() {
    this.context.setTransform(this.dense, 0, 0, this.dense, 0, 0);
  }

  // The crosshair on the middle of a pixel.
  cross([x, y]) {
    const { context } = this;
    const [left, top] = this.screenPoint([x + 0.5, y + 0.5]);
    for (const [colour, wide] of [["#000", 3], ["#5cc2cc", 1]]) {
      context.strokeStyle = colour;
      context.lineWidth = wide;
      context.beginPath();
      for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
        context.moveTo(left + 4 * dx, top + 4 * dy);
        context.lineTo(left + 16 * dx, top + 16 * dy);
      }
      context.stroke();
    }
  }
}

// A step on the screen as a step in the image.
export function unturned({ matrix: [a, b, c, d] }, dx, dy) {
  const all = a * d - b * c;
  return [(d * dx - c * dy) / all, (a * dy - b * dx) / all];
}
