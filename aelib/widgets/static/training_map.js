// The codes of held-out digits while they unfold: two numbers as they are, more along their two
// principal axes, one number beside its class.
import { symmetricAxes } from "../../engine/principal.js";
import { plane } from "./plane.js";
import { make } from "./ui.js";

export function openMap(parent, labels, count, size) {
  const box = make("div", { class: "codes" }, parent);
  const caption = make("p", { class: "caption" }, box);
  let [codes, dim, before] = [new Float32Array(size * count), size, null];
  describe();
  const examples = {
    count,
    labels,
    code: (i) => (dim === 1 ? [codes[i], 0.1 * (labels[i] ?? 0)] : codes.subarray(i * dim, (i + 1) * dim)),
  };
  const map = plane(box, examples, [], {});
  const names = () => (dim < 3 ? ["z[0]", dim === 1 ? "class" : "z[1]"] : ["component 1", "component 2"]);

  function describe() {
    caption.textContent =
      dim === 1 ? "The code of each held-out digit, from left to right; its class upwards."
      : dim === 2 ? "The code of each held-out digit: two numbers, one point."
      : `The code of each held-out digit: of ${dim} numbers, the two directions in which they spread most.`;
  }

  function show(latest, now) {
    if (now !== dim) before = null;
    [codes, dim] = [latest, now];
    const flat = { mean: [0, 0], rows: [[1, 0], [0, 1]] };
    const view = dim < 3 ? flat : principal(codes, dim, before);
    before = view.rows;
    describe();
    map.show({ ...view, names: names() });
  }
  return { box, show, close: map.close };
}

// The plane of the two largest variances; turned so that it lies as it did a moment ago, if it is told how.
export function principal(codes, dim, before) {
  const n = codes.length / dim;
  const mean = Array.from({ length: dim }, (_, j) => {
    let sum = 0;
    for (let i = j; i < codes.length; i += dim) sum += codes[i];
    return sum / n;
  });
  const covariance = new Float64Array(dim * dim);
  for (let i = 0; i < codes.length; i += dim) {
    for (let j = 0; j < dim; j++) {
      for (let k = 0; k <= j; k++) covariance[j * dim + k] += (codes[i + j] - mean[j]) * (codes[i + k] - mean[k]);
    }
  }
  for (let j = 0; j < dim; j++) for (let k = 0; k < j; k++) covariance[k * dim + j] = covariance[j * dim + k];
  const rows = symmetricAxes(covariance, dim).vectors.slice(0, 2).map((row) => Array.from(row));
  return { mean, rows: before ? turned(rows, before) : rows };
}

// The rotation or reflection within the plane that leaves its axes nearest to those before.
function turned([u, v], before) {
  const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  const [a, b, c, d] = [dot(u, before[0]), dot(v, before[0]), dot(u, before[1]), dot(v, before[1])];
  const flip = a * d - b * c < 0 ? -1 : 1;
  const angle = Math.atan2(c - flip * b, a + flip * d);
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  return [u.map((value, i) => cosine * value - flip * sine * v[i]), u.map((value, i) => sine * value + flip * cosine * v[i])];
}
