// Rare things in two numbers: h = x W, x_hat = ReLU(h W^T + b), trained here. aelib/widgets/arranged.py
// makes the same sums in NumPy, and tests hold the two together.
import { key, uniform } from "../../engine/random.js";

const [ROWS, BATCH, STEPS, STARTS, RATE] = [4096, 128, 300, 6, 0.05];
const AT_ONCE = 50; // steps between two breaths

// Trains six starts, and pauses now and then so that the page can breathe. Of the six it returns the
// one that loses least: its arrows as [x, y], and the share of what varies that it loses.
// things: how many; p: how often each is there; importance: how much each counts, as a share of the one before.
export function* arranging({ things, p, importance, seed }) {
  const weight = Float64Array.from({ length: things }, (_, i) => importance ** i);
  const draws = key(seed, 1);
  const x = Float64Array.from({ length: ROWS * things }, (_, i) => {
    const u = uniform(draws, i);
    return u < p ? u / p : 0;
  });
  let best = { lost: Infinity };
  for (let start = 0; start < STARTS; start++) {
    const first = key(seed, 2, start);
    const w = Float64Array.from({ length: 3 * things }, (_, i) => (i < 2 * things ? uniform(first, i) - 0.5 : 0)); // arrows, then b
    yield* train(w, x, weight);
    const lost = slope(w, x, 0, ROWS, weight, new Float64Array(w.length));
    if (lost < best.lost) best = { w, lost };
  }
  const arrows = Array.from(weight, (_, i) => [best.w[2 * i], best.w[2 * i + 1]]);
  return { arrows: turned(arrows), lost: best.lost / varies(x, weight) };
}

// Adam, with a rate that falls along half a cosine.
function* train(w, x, weight) {
  const [g, m, v] = [0, 0, 0].map(() => new Float64Array(w.length));
  for (let step = 0; step < STEPS; step++) {
    g.fill(0);
    slope(w, x, (step * BATCH) % ROWS, BATCH, weight, g);
    const rate = (RATE / 2) * (1 + Math.cos((Math.PI * step) / STEPS));
    const [of_m, of_v] = [1 - 0.9 ** (step + 1), 1 - 0.999 ** (step + 1)];
    for (let i = 0; i < w.length; i++) {
      m[i] += 0.1 * (g[i] - m[i]);
      v[i] += 0.001 * (g[i] * g[i] - v[i]);
      w[i] -= (rate * (m[i] / of_m)) / (Math.sqrt(v[i] / of_v) + 1e-8);
    }
    if (step % AT_ONCE === AT_ONCE - 1) yield;
  }
}

// The weighted squared error, averaged over some rows; its slope is added to g.
function slope(w, x, from, rows, weight, g) {
  const n = weight.length;
  let lost = 0;
  for (let row = from; row < from + rows; row++) {
    let [h0, h1, s0, s1] = [0, 0, 0, 0]; // the two numbers, and the slope that comes back to them
    for (let j = 0; j < n; j++) {
      h0 += x[row * n + j] * w[2 * j];
      h1 += x[row * n + j] * w[2 * j + 1];
    }
    for (let j = 0; j < n; j++) {
      const before = h0 * w[2 * j] + h1 * w[2 * j + 1] + w[2 * n + j];
      const error = Math.max(before, 0) - x[row * n + j];
      lost += (weight[j] * error * error) / rows;
      if (before <= 0) continue;
      const d = (2 * weight[j] * error) / rows;
      g[2 * j] += d * h0;
      g[2 * j + 1] += d * h1;
      g[2 * n + j] += d;
      s0 += d * w[2 * j];
      s1 += d * w[2 * j + 1];
    }
    for (let j = 0; j < n; j++) {
      g[2 * j] += x[row * n + j] * s0;
      g[2 * j + 1] += x[row * n + j] * s1;
    }
  }
  return lost;
}

// What an answer with the means loses.
function varies(x, weight) {
  return weight.reduce((all, share, j) => {
    let [sum, squares] = [0, 0];
    for (let i = j; i < x.length; i += weight.length) {
      sum += x[i];
      squares += x[i] * x[i];
    }
    return all + share * (squares / ROWS - (sum / ROWS) ** 2);
  }, 0);
}

export const length = ([x, y]) => Math.hypot(x, y);
export const isLong = (arrow) => length(arrow) > 0.5;

// A turn or a mirror changes nothing in what is lost: the first long arrow points up, the next that does
// not lie along it to the right.
function turned(arrows) {
  const long = arrows.filter(isLong);
  const [a, b] = long[0] ?? arrows[0];
  const size = Math.hypot(a, b) || 1;
  const upright = ([x, y]) => [(b * x - a * y) / size, (a * x + b * y) / size];
  const next = long.map(upright).find(([x]) => Math.abs(x) > 0.1);
  const side = next && next[0] < 0 ? -1 : 1;
  return arrows.map(upright).map(([x, y]) => [side * x, y]);
}

// Degrees between neighbours among the long arrows, all the way round.
export function gaps(arrows) {
  const at = arrows.filter(isLong).map(([x, y]) => (Math.atan2(y, x) * 180) / Math.PI).sort((a, b) => a - b);
  return at.map((angle, i) => (i + 1 < at.length ? at[i + 1] - angle : at[0] + 360 - angle));
}
