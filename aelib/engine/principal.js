// PCA of pictures that are bytes: the squared error that every number of components leaves on held-out
// pictures. Subspace iteration on the covariance, then the axes within the subspace (Rayleigh and Ritz).
import { meanPicture } from "./layers.js";
import { openMemory } from "./memory.js";
import { key, uniform } from "./random.js";

const BLOCK = 96; // axes that are followed: more than are asked for, so that those converge fast
const ROUNDS = 12; // of two products each
const AT_ONCE = 125; // held-out pictures
const BLOCKS = 7; // that the covariance is made in

// A generator, which pauses so that others get their turn. It returns { errors, axes }: errors[k] for
// k = 0 (the mean picture) to `most` components, and the components, a unit vector each.
export const pca = function* (train, test, pixels, most, module) {
  const n = train.length / pixels;
  const mean = meanPicture(train, pixels);
  const rows = Math.ceil(n / 4) * 4;
  const plan = openMemory(module);
  const [x, turned] = [0, 0].map(() => plan.numbers(rows * pixels));
  const covariance = plan.numbers(pixels * pixels);
  const [axes, next] = [0, 0].map(() => plan.numbers(pixels * BLOCK));
  const { buffer, kernels } = plan.open();
  const F = new Float32Array(buffer);
  const view = (at, count) => F.subarray(at >> 2, (at >> 2) + count);
  const centred = view(x, rows * pixels);
  for (let i = 0, p = 0; i < train.length; i++, p = p + 1 === pixels ? 0 : p + 1) centred[i] = train[i] / 255 - mean[p];
  kernels.transpose(x, turned, rows, pixels);
  const block = pixels / BLOCKS;
  for (let from = 0; from < pixels; from += block) {
    kernels.multiply(turned + 4 * from * rows, x, covariance + 4 * from * pixels, block, rows, pixels, 0);
    yield;
  }
  const basis = view(axes, pixels * BLOCK);
  basis.forEach((_, i) => (basis[i] = uniform(key(0), i) - 0.5));
  for (let round = 0; round < ROUNDS; round++) {
    kernels.multiply(covariance, axes, next, pixels, pixels, BLOCK, 0);
    kernels.multiply(covariance, next, axes, pixels, pixels, BLOCK, 0);
    orthonormal(basis, pixels, BLOCK);
    yield;
  }
  kernels.multiply(covariance, axes, next, pixels, pixels, BLOCK, 0);
  const small = inner(basis, view(next, pixels * BLOCK), pixels, BLOCK);
  const { vectors } = symmetricAxes(small, BLOCK);
  yield;
  const components = vectors.slice(0, Math.min(most, n - 1, BLOCK)).map((vector) => combined(vector, basis, pixels));
  return { axes: components, errors: yield* leftOver(test, mean, components, pixels) };
};

// Columns of a (rows, columns) made orthonormal in place (Gram and Schmidt, twice).
function orthonormal(a, rows, columns) {
  const list = Array.from({ length: columns }, (_, j) => Float64Array.from({ length: rows }, (_, i) => a[i * columns + j]));
  list.forEach((v, j) => {
    for (let again = 0; again < 2; again++) {
      for (let k = 0; k < j; k++) {
        const u = list[k];
        const share = dot(u, v);
        for (let i = 0; i < rows; i++) v[i] -= share * u[i];
      }
    }
    const size = Math.sqrt(dot(v, v)) || 1;
    for (let i = 0; i < rows; i++) a[i * columns + j] = v[i] /= size;
  });
}

function dot(u, v) {
  let sum = 0;
  for (let i = 0; i < u.length; i++) sum += u[i] * v[i];
  return sum;
}

// The transpose of a times b, both (rows, columns), as a symmetric matrix.
function inner(a, b, rows, columns) {
  const made = new Float64Array(columns * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const v = a[i * columns + j];
      for (let k = 0; k < columns; k++) made[j * columns + k] += v * b[i * columns + k];
    }
  }
  return made.map((v, i) => (v + made[(i % columns) * columns + Math.floor(i / columns)]) / 2);
}

// Eigenvalues of a symmetric matrix (n, n), the largest first, and their vectors, a row each (Jacobi).
export function symmetricAxes(matrix, n) {
  const a = Float64Array.from(matrix);
  const v = Float64Array.from({ length: n * n }, (_, i) => +(i % (n + 1) === 0));
  const turn = (list, p, q, step, cosine, sine) => {
    for (let k = 0; k < n; k++, p += step, q += step) [list[p], list[q]] = [cosine * list[p] - sine * list[q], sine * list[p] + cosine * list[q]];
  };
  for (let sweep = 0; sweep < 12; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const off = a[p * n + q];
        if (Math.abs(off) <= 1e-13 * Math.sqrt(Math.abs(a[p * n + p] * a[q * n + q]))) continue;
        const theta = (a[q * n + q] - a[p * n + p]) / (2 * off);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const cosine = 1 / Math.sqrt(t * t + 1);
        turn(a, p, q, n, cosine, t * cosine);
        turn(a, p * n, q * n, 1, cosine, t * cosine);
        turn(v, p * n, q * n, 1, cosine, t * cosine);
      }
    }
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j] - a[i * n + i]);
  return { values: order.map((i) => a[i * n + i]), vectors: order.map((i) => v.slice(i * n, (i + 1) * n)) };
}

// An axis within the subspace, as a picture.
const combined = (vector, basis, pixels) =>
  Float64Array.from({ length: pixels }, (_, p) => vector.reduce((sum, share, j) => sum + share * basis[p * BLOCK + j], 0));

const leftOver = function* (test, mean, components, pixels) {
  const count = test.length / pixels;
  const errors = new Array(components.length + 1).fill(0);
  const x = new Float64Array(pixels);
  for (let i = 0; i < count; i++) {
    if (i % AT_ONCE === AT_ONCE - 1) yield;
    for (let p = 0; p < pixels; p++) x[p] = test[i * pixels + p] / 255 - mean[p];
    let left = dot(x, x);
    errors[0] += left / count;
    components.forEach((component, k) => {
      left -= dot(component, x) ** 2;
      errors[k + 1] += left / count;
    });
  }
  return errors;
};

// The largest angle, in degrees, between the subspaces that two lists of vectors span, as many each;
// the first are orthonormal.
export function angleBetween(axes, vectors) {
  const [n, pixels] = [vectors.length, vectors[0].length];
  const columns = Float64Array.from({ length: pixels * n }, (_, i) => vectors[i % n][Math.floor(i / n)]);
  orthonormal(columns, pixels, n);
  const shares = axes.slice(0, n).map((axis) => {
    const row = new Float64Array(n);
    for (let i = 0; i < columns.length; i++) row[i % n] += axis[Math.floor(i / n)] * columns[i];
    return row;
  });
  const flat = shares.flatMap((row) => [...row]);
  const { values } = symmetricAxes(inner(flat, flat, n, n), n);
  return (180 / Math.PI) * Math.acos(Math.sqrt(Math.min(1, Math.max(0, values.at(-1)))));
}
