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

// How far along its own normal a plane lies.
export function depthOf(plane) {
  return dot(plane.origin, plane.normal);
}

// Letters at the left, right, top and bottom edge; empty where the file does not say.
export function lettersOf(orientation) {
  if (!orientation) return { left: "", right: "", top: "", bottom: "" };
  const [row, column] = [orientation.slice(0, 3), orientation.slice(3)];
  return { left: towards(row.map(one => -one)), right: towards(row), top: towards(column.map(one => -one)), bottom: towards(column) };
}

function towards(direction) {
  return direction
    .map((part, axis) => [Math.abs(part), AXES[axis][part > 0 ? 1 : 0]])
    .filter(([part]) => part > CLEARLY)
    .sort(([one], [other]) => other - one)
    .map(([, letter]) => letter)
    .join("");
}

// The affine matrix [a, b, c, d, e, f] that lays pixels of one plane on another; null for planes apart.
export function onto(plane, from, tolerance) {
  if (!plane || !from || plane.frame !== from.frame) return null;
  const apart = Math.abs(dot(minus(from.origin, plane.origin), plane.normal));
  if (Math.abs(dot(plane.normal, from.normal)) < NEARLY || apart > tolerance) return null;
  const pixel = ([x, y]) => {
    const place = minus(placeOf(from, x, y), plane.origin);
    return [dot(place, plane.row) / plane.spacing[1] + 0.5, dot(place, plane.column) / plane.spacing[0] + 0.5];
  };
  const [start, right, down] = [[-0.5, -0.5], [0.5, -0.5], [-0.5, 0.5]].map(pixel);
  return [right[0] - start[0], right[1] - start[1], down[0] - start[0], down[1] - start[1], start[0], start[1]];
}
