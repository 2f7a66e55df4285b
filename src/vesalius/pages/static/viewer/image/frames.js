// The source of frames: asks until a series is ready, keeps what was seen lately, fetches ahead of the reader.
import { samplesOf } from "./samples.js";

const PATIENCE = 400; // milliseconds between two questions whether something is ready
const AT_ONCE = 4; // requests under way
const AHEAD = 12, BEHIND = 4; // frames fetched before they are wanted
const KEPT = (navigator.deviceMemory ?? 4) < 4 ? 96e6 : 384e6; // bytes of samples in memory

export class Refused extends Error {}

// Ask until the answer is no longer "not yet"; `waiting` is told {done, total} in between.
export async function ask(address, { signal, waiting } = {}) {
  for (;;) {
    const answer = await fetch(address, { signal, headers: { Accept: "application/json, application/octet-stream" } });
    if (answer.ok && answer.status !== 202) return answer;
    if (!answer.ok) throw new Refused(await sentence(answer));
    waiting?.(await answer.json());
    await new Promise(resolve => setTimeout(resolve, PATIENCE));
  }
}

async function sentence(answer) {
  try {
    return (await answer.json()).sentence;
  } catch {
    return `The archive answered ${answer.status}.`;
  }
}

export class Frames {
  constructor(told) {
    this.told = told;
    this.count = told.frames.length;
    this.kept = new Map(); // number -> frame, the one used last at the end
    this.bytes = 0;
    this.underway = new Map(); // number -> {promise, stop}
    this.wanted = []; // numbers to fetch ahead, nearest first
  }

  // first: number of an image that is asked for at the same time as the description, for it is wanted at once.
  static async open(address, waiting, first = 0) {
    const early = first && fetch(address.replace("frames/", `frames/${first}/`)).catch(() => null);
    const frames = new Frames(await (await ask(address, { waiting })).json());
    if (early) frames.#take(first, early);
    return frames;
  }

  // The answer counts if it is of the revision that was described.
  #take(number, early) {
    if (number > this.count) return;
    const promise = early.then(answer => (answer?.status === 200 && answer.headers.get("ETag")?.includes(this.told.digest)
      ? answer.arrayBuffer().then(buffer => this.#made(number, buffer))
      : this.#fetch(number).promise));
    this.underway.set(number, { promise, stop: new AbortController() });
    promise.catch(() => {}).finally(() => this.underway.get(number)?.promise === promise && this.underway.delete(number));
  }

  #made(number, buffer) {
    return this.#keep({ ...this.about(number), samples: samplesOf(buffer, this.about(number).kind) });
  }

  // What the description says of frame `number` (from 1), without its samples.
  about(number) {
    const frame = this.told.frames[number - 1];
    return { ...frame, number, kind: this.told.kinds[frame.kind], instance: this.told.instances[frame.instance], file: frame.instance + 1 };
  }

  // The frame if it is here already.
  held(number) {
    const frame = this.kept.get(number);
    if (frame) {
      this.kept.delete(number);
      this.kept.set(number, frame);
    }
    return frame;
  }

  // The frame, fetched if need be.
  async get(number, waiting) {
    return this.held(number) ?? (this.underway.get(number) ?? this.#fetch(number, waiting)).promise;
  }

  // Fetch what a reader at `number`, moving in `direction`, will want next; what lies elsewhere is given up.
  prefetch(number, direction = 1) {
    const ring = [];
    for (let step = 1; step <= AHEAD; step++) {
      ring.push(number + step * direction);
      if (step <= BEHIND) ring.push(number - step * direction);
    }
    this.wanted = ring.filter(at => at >= 1 && at <= this.count && !this.kept.has(at));
    for (const [at, { stop }] of this.underway) {
      if (at === number || this.wanted.includes(at)) continue;
      this.underway.delete(at); // whoever comes back asks anew
      stop.abort();
    }
    this.#next();
  }

  #next() {
    while (this.underway.size < AT_ONCE && this.wanted.length) {
      const number = this.wanted.shift();
      if (!this.kept.has(number) && !this.underway.has(number)) this.#fetch(number).promise.catch(() => {});
    }
  }

  #fetch(number, waiting) {
    const stop = new AbortController();
    const address = new URL(this.told.frame_address.replace("NUMBER", number), location.href);
    address.searchParams.set("revision", this.told.revision);
    const promise = ask(address, { signal: stop.signal, waiting })
      .then(answer => answer.arrayBuffer())
      .then(buffer => this.#made(number, buffer))
      .finally(() => {
        if (this.underway.get(number) === request) this.underway.delete(number);
        this.#next();
      });
    const request = { promise, stop };
    this.underway.set(number, request);
    return request;
  }

  #keep(frame) {
    this.kept.set(frame.number, frame);
    this.bytes += frame.samples.byteLength;
    for (const [number, old] of this.kept) {
      if (this.bytes <= KEPT || number === frame.number) break;
      this.kept.delete(number);
      this.bytes -= old.samples.byteLength;
    }
    return frame;
  }
}
