// Where pixels lie in the patient: mm in the reference coordinate system (PS3.3 C.7.6.2.1.1).
const AXES = [["R", "L"], ["A", "P"], ["F", "H"]]; // towards smaller and larger x, y, z
const NEARLY = 0.999; // cosine of planes that count as parallel
const CLEARLY = 0.35; // share of an axis in a direction that is worth a letter

const dot = (one, other) => one[0] * other[0] + one[1] * other[1] + one[2] * other[2];
const minus = (one, other) => one.map((value, at) => value - other[at]);
const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];

// The plane of a frame: origin, directions of a row and of a column, spacing along both; null where the file is silent.
export function planeOf(frame) {
  const { orientation, spacing } = frame.kind;
  if (!orientation || !frame.position || !spacing) return null;
  const [row, column] = [orientation.slice(0, 3), orientation.slice(3)];
  return { origin: frame.position, row, column, normal: cross(row, column), spacing, frame: frame.kind.frame_of_reference };
}

// The middle of column x and row y.
export function placeOf(plane, x, y) {
  return plane.origin.map((start, at) => start + plane.row[at] * plane.spacing[1] * x + plane.column[at] * plane.spacing[0] * y);
}

// Column and row of a place, mm, as seen along the plane's normal.
export function pixelOf(plane, place) {
  const from = minus(place, plane.origin);
  return [dot(from, plane.row) / plane.spacing[1], dot(from, plane.column) / plane.spacing[0]];
}

// How far from the plane a place lies, mm.
export function apart(plane, place) {
  return Math.abs(dot(minus(place, plane.origin), plane.normal));
}

// How far along its own normal a plane lies.
export function depthOf(plane) {
  return dot(plane.origin, plane.normal);
}

// Letters at the left, right, top and bottom edge of the screen; empty where the file does not say. `right` and `down`
// are those directions of the screen as steps in columns and rows of the image.
export function lettersOf(orientation, right = [1, 0], down = [0, 1]) {
  if (!orientation) return { left: "", right: "", top: "", bottom: "" };
  const [row, column] = [orientation.slice(0, 3), orientation.slice(3)];
  const along = ([x, y]) => row.map((part, at) => Math.sign(x) * part + Math.sign(y) * column[at]);
  const opposite = direction => direction.map(one => -one);
  const [east, south] = [along(right), along(down)];
  return { left: towards(opposite(east)), right: towards(east), top: towards(opposite(south)), bottom: towards(south) };
}

function towards(direction) {
  return direction
    .map((part, axis) => [Math.abs(part), AXES[axis][part > 0 ? 1 : 0]])
    .filter(([part]) => part > CLEARLY)
    .sort(([one], [other]) => other - one)
    .map(([, letter]) => letter)
    .join("");
}

export function areParallel(plane, other) {
  return Math.abs(dot(plane.normal, other.normal)) >= NEARLY;
}

// The affine matrix [a, b, c, d, e, f] that lays pixels of one plane on another; null for planes apart.
export function onto(plane, from, tolerance) {
  if (!plane || !from || plane.frame !== from.frame) return null;
  if (!areParallel(plane, from) || apart(plane, from.origin) > tolerance) return null;
  const pixel = ([x, y]) => pixelOf(plane, placeOf(from, x, y)).map(part => part + 0.5);
  const [start, right, down] = [[-0.5, -0.5], [0.5, -0.5], [-0.5, 0.5]].map(pixel);
  return [right[0] - start[0], right[1] - start[1], down[0] - start[0], down[1] - start[1], start[0], start[1]];
}

// The usual distance of neighbouring planes, mm; 0 where it is not known.
export function spacingOf(planes) {
  const inOrder = (one, other) => one - other;
  const depths = planes.filter(Boolean).map(depthOf).sort(inOrder);
  const steps = depths.slice(1).map((depth, at) => depth - depths[at]).filter(step => step > 0).sort(inOrder);
  return steps[Math.floor(steps.length / 2)] ?? 0;
}
