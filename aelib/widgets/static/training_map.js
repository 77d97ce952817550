// The codes of held-out digits while they unfold: two numbers as they are, more along their two
// principal axes, one number beside its class.
import { symmetricAxes } from "../../engine/principal.js";
import { plane } from "./plane.js";
import { make, roomFor } from "./ui.js";

// Half the width that a map has at least, so that a collapsed code is a dot, however small its differences:
// one standard deviation of N(0, 1) to either side, or the one below which a number is asleep.
export const leastOf = (variational) => (variational ? 1 : 0.1);

export function openMap(parent, labels, count, size) {
  const box = make("div", { class: "codes" }, parent);
  const caption = roomFor(make("p", { class: "caption" }, box), told(64, 0.00012));
  let [codes, dim, rise] = [new Float32Array(size * count), size, 0]; // rise: from class to class, of one number
  const examples = {
    count,
    labels,
    code: (i) => (dim === 1 ? [codes[i], rise * (labels[i] ?? 0)] : codes.subarray(i * dim, (i + 1) * dim)),
  };
  const map = plane(box, examples, [], {});
  const names = () => (dim < 3 ? ["z[0]", dim === 1 ? "class" : "z[1]"] : ["component 1", "component 2"]);

  function describe(width) {
    caption.textContent = told(dim, width);
  }

  function show(latest, { latent, variational }) {
    [codes, dim] = [latest, latent];
    const flat = { mean: [0, 0], rows: [[1, 0], [0, 1]] };
    rise = dim === 1 ? (Math.max(...codes) - Math.min(...codes)) / 10 : 0;
    const view = dim < 3 ? flat : principal(codes, dim);
    map.show({ ...view, names: names(), least: leastOf(variational) });
    describe(map.width());
  }
  return { box, show, close: map.close };
}

function told(dim, width) {
  const which =
    dim === 1 ? "from left to right, a row for each class"
    : dim === 2 ? "two numbers, one point"
    : `of ${dim} numbers, the two directions in which they spread most (their principal components)`;
  return `The code of each held-out digit: ${which}. The map is ${+width.toPrecision(2)} wide.`;
}

// The plane of the two largest variances. Each axis points to where its largest share is above 0, so that
// the same network always lies the same way.
export function principal(codes, dim) {
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
  return { mean, rows: symmetricAxes(covariance, dim).vectors.slice(0, 2).map(upright) };
}

function upright(row) {
  const most = row.reduce((best, v) => (Math.abs(v) > Math.abs(best) ? v : best), 0);
  return Array.from(row, (v) => (most < 0 ? -v : v));
}
