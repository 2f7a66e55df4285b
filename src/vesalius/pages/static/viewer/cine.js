// Playing through the images; never by itself, and never faster than they come.
export class Cine {
  constructor(step, ready) {
    this.step = step; // go to the next image
    this.ready = ready; // whether the next image is here
    this.rate = 10; // images a second
    this.timer = 0;
  }

  get playing() {
    return this.timer !== 0;
  }

  play() {
    let due = performance.now();
    const tick = now => {
      if (!this.timer) return;
      if (now >= due && this.ready()) {
        due = Math.max(due + 1000 / this.rate, now);
        this.step();
      }
      this.timer = requestAnimationFrame(tick);
    };
    this.timer = requestAnimationFrame(tick);
  }

  stop() {
    cancelAnimationFrame(this.timer);
    this.timer = 0;
  }
}
