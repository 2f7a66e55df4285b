// The canvas: where the picture lies on it, and drawing it with what is laid over it.
const SMOOTH_BELOW = 4; // screen pixels per image pixel from which on single pixels are to be seen

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

  // Where a frame lies: `across` and `down` are CSS pixels per pixel of the image, `left` and `top` its corner.
  placeOf(kind, state) {
    const fitting = Math.min(this.width / kind.columns, this.height / (kind.rows * kind.aspect));
    const across = fitting * state.zoom, down = across * kind.aspect;
    const [x, y] = state.centre ?? [kind.columns / 2, kind.rows / 2];
    return { across, down, left: this.width / 2 - x * across, top: this.height / 2 - y * down };
  }

  // The point of the image under a point of the screen (CSS pixels from the canvas's corner).
  imagePoint(x, y, place = this.place) {
    return place && [(x - place.left) / place.across, (y - place.top) / place.down];
  }

  draw(kind, picture, layers, state, cross) {
    const { context } = this;
    const dense = this.canvas.width / this.width;
    const place = (this.place = this.placeOf(kind, state));
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    const onImage = () => context.setTransform(
      dense * place.across, 0, 0, dense * place.down, dense * place.left, dense * place.top);
    context.imageSmoothingEnabled = place.across * dense < SMOOTH_BELOW;
    context.imageSmoothingQuality = "high";
    onImage();
    context.drawImage(picture, 0, 0);
    context.imageSmoothingEnabled = false;
    context.globalAlpha = state.opacity;
    for (const { canvas, matrix } of layers) {
      onImage();
      if (matrix) context.transform(...matrix);
      context.drawImage(canvas, 0, 0);
    }
    context.globalAlpha = 1;
    if (cross) this.#cross(cross, place, dense);
  }

  #cross([x, y], place, dense) {
    const { context } = this;
    context.setTransform(dense, 0, 0, dense, place.left * dense, place.top * dense);
    const [left, top] = [(x + 0.5) * place.across, (y + 0.5) * place.down];
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
