// Bytes of a frame as numbers, and what a pixel says: the modality value of PS3.3 C.11.1, or a colour.
const TYPES = {
  u1: Uint8Array, i1: Int8Array, u2: Uint16Array, i2: Int16Array, u4: Uint32Array, i4: Int32Array,
  f4: Float32Array, f8: Float64Array,
};

// Samples of a kind of frame; bits above the stored ones are dropped, the sign carried up (PS3.5 8.1.1).
export function samplesOf(buffer, kind) {
  if (kind.type === "bit") return unpacked(new Uint8Array(buffer));
  const samples = new TYPES[kind.type](buffer);
  if (kind.unused) {
    const shift = 32 - 8 * samples.BYTES_PER_ELEMENT + kind.unused;
    const signed = kind.type[0] === "i";
    for (let at = 0; at < samples.length; at++) {
      samples[at] = signed ? (samples[at] << shift) >> shift : (samples[at] << shift) >>> shift;
    }
  }
  return samples;
}

function unpacked(bytes) {
  const bits = new Uint8Array(bytes.length * 8);
  for (let at = 0; at < bits.length; at++) bits[at] = (bytes[at >> 3] >> (at & 7)) & 1;
  return bits;
}

// A look-up table of the description: a function of stored values, ends held (PS3.3 C.11.1.1).
export function tableOf(lut) {
  const bytes = Uint8Array.from(atob(lut.entries), letter => letter.charCodeAt(0));
  const entries = new Uint16Array(bytes.buffer);
  return value => entries[Math.min(Math.max(Math.round(value) - lut.first, 0), entries.length - 1)];
}

// A function from stored to modality values of one frame.
export function modalityOf(frame) {
  if (frame.kind.lut) return tableOf(frame.kind.lut);
  const { slope, intercept } = frame;
  return stored => stored * slope + intercept;
}

export function isColour(kind) {
  return kind.samples === 3 || kind.palette !== undefined;
}

// What stands at column x and row y: {value} in the modality's unit, or {colour: [r, g, b]}; null outside.
export function readAt(frame, x, y) {
  const { kind, samples } = frame;
  if (x < 0 || y < 0 || x >= kind.columns || y >= kind.rows) return null;
  const at = y * kind.columns + x;
  if (kind.samples === 3) return { colour: [...samples.subarray(3 * at, 3 * at + 3)] };
  if (kind.palette) return { colour: kind.palette.map(lut => tableOf(lut)(samples[at]) >> (lut.bits > 8 ? 8 : 0)) };
  return { value: modalityOf(frame)(samples[at]), padding: isPadding(kind, samples[at]) };
}

export function isPadding(kind, stored) {
  return kind.padding !== undefined && stored >= kind.padding[0] && stored <= kind.padding[1];
}
