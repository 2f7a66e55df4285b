// Plays the small pictures of a series that the page already has; at a stop the image of that number is opened whole.
const part = name => document.querySelector(`[data-reel=${name}]`);
const [picture, play, rate, back, told] = ["picture", "play", "rate", "back", "told"].map(part);
const frames = [...document.querySelectorAll("[data-number]")];

let timer = 0, at = 0, step = 1;

function show() {
  const { src, dataset } = frames[at];
  picture.src = src;
  picture.alt = `Image ${dataset.number}, small`;
  told.textContent = `Image ${dataset.number}`;
}

function next() {
  if (back.checked && (at + step < 0 || at + step >= frames.length)) step = -step;
  at = (at + step + frames.length) % frames.length;
  show();
  timer = setTimeout(next, 1000 / Math.min(Math.max(Number(rate.value) || 10, 1), 30));
}

function stop() {
  clearTimeout(timer);
  timer = 0;
  location.href = frames[at].closest("a").href;
}

if (picture && frames.length > 1) {
  const here = Number(document.querySelector("[aria-current] [data-number]")?.dataset.number);
  at = Math.max(frames.findIndex(({ dataset }) => Number(dataset.number) === here), 0);
  part("controls").hidden = false;
  play.addEventListener("click", () => {
    if (timer) {
      stop();
      return;
    }
    for (const frame of frames) frame.loading = "eager";
    play.textContent = "Stop";
    step = 1;
    next();
  });
}
