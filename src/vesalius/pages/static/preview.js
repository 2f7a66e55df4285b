// Plays the pictures of a series while the pointer rests on its row or a key has come to it: for five seconds at most,
// and not for those who asked for less motion. data-play holds their numbers.
const EVERY = 140; // ms
const LONGEST = 5000; // ms
const still = matchMedia("(prefers-reduced-motion: reduce)");
let playing = null;

function stop() {
  if (!playing) return;
  clearInterval(playing.timer);
  playing.image.src = playing.cover;
  playing = null;
}

function play(film) {
  const image = film.querySelector("img");
  if (playing?.image === image || still.matches) return;
  stop();
  const cover = image.getAttribute("src");
  const frames = film.dataset.play.split(" ").map(number => Object.assign(new Image(), { src: `${cover}${number}/` }));
  const begun = performance.now();
  let at = 0;
  const timer = setInterval(() => {
    if (performance.now() - begun > LONGEST) return stop();
    const next = frames[at % frames.length];
    if (next.complete && next.naturalWidth) image.src = next.src;
    at += next.complete ? 1 : 0;
  }, EVERY);
  playing = { image, cover, timer };
}

for (const kind of ["pointerover", "focusin"]) {
  document.addEventListener(kind, event => {
    const film = event.target.closest?.("li")?.querySelector(":scope > [data-play]");
    if (film) play(film);
    else stop();
  });
}
document.addEventListener("keydown", event => {
  if (event.key === "Escape") stop();
});
