// What is measured of a network in training besides its error: whether it copies by heart, which of
// its numbers and units still say anything, how near it is to PCA, a median filter's error, its dice,
// what its units see.
import { angleBetween } from "../../engine/principal.js";
import { PIXELS } from "../../engine/trainer.js";
import { openJudge } from "./training_judge.js";
import { PROBED } from "./training_told.js";

const SIDE = 28;
const SIGHTS = 12; // units whose weights are shown
const DICE = 24; // codes from N(0, 1)
const ASLEEP = 0.01; // the variance of a number's mean over the digits below which it is dead (lesson 06)

// labels: of train and of test, empty if there are none.
export function openMeasures(train, test, labels) {
  const judge = labels.length ? openJudge(train, test, labels) : null;
  const medians = new Map(); // by noise
  return (trainer, axes) => {
    const { latent, noise, bend, loss } = trainer.settings;
    const watch = watching(noise > 0 && !medians.has(noise));
    const { codes } = trainer.evaluate({ visit: watch.visit });
    if (noise > 0 && !medians.has(noise)) medians.set(noise, watch.median());
    const linear = bend === "none" && loss === "squared";
    const drawn = trainer.decodes(trainer.dice(DICE));
    const spread = deviations(codes, latent);
    return {
      learned: trainer.evaluate({ learned: true, n: Math.min(PROBED, trainer.counts.train) }).error,
      spread,
      live: spread.filter((s) => s * s >= ASLEEP).length,
      ...dead(watch.ends),
      angle: linear && axes?.length >= latent ? angleBetween(axes, directions(trainer, latent)) : null,
      median: noise > 0 ? medians.get(noise) : null,
      dice: { drawn, read: judge?.(drawn) ?? null },
      sights: sights(trainer),
      under: { noise, kl: trainer.settings.kl, l1: trainer.settings.l1 }, // what may change meanwhile
    };
  };
}

// What the first units of the first layer see: the weight of each pixel, from 0 (its ink lowers the
// unit most) over 0.5 to 1 (its ink raises it most).
function sights(trainer) {
  const [weights] = trainer.weights();
  const columns = weights.length / (PIXELS + 1);
  const { hidden, latent } = trainer.settings;
  const seen = new Float32Array(Math.min(SIGHTS, hidden[0] ?? latent) * PIXELS);
  for (let u = 0; u * PIXELS < seen.length; u++) {
    const mine = seen.subarray(u * PIXELS, (u + 1) * PIXELS);
    for (let p = 0; p < PIXELS; p++) mine[p] = weights[p * columns + u];
    const most = mine.reduce((sum, w) => Math.max(sum, Math.abs(w)), 0) || 1;
    mine.forEach((w, p) => (mine[p] = 0.5 + w / (2 * most)));
  }
  return seen;
}

// Looks at every batch of held-out digits on its way through the network.
function watching(filters) {
  const ends = []; // of each bent layer the least and the most of each unit
  let [left, count] = [0, 0];
  function visit({ rows, seen, clean, units }) {
    units.forEach(({ out, outputs, values }, layer) => {
      const { low, high } = (ends[layer] ??= { low: new Float32Array(out).fill(Infinity), high: new Float32Array(out).fill(-Infinity) });
      for (let i = 0; i < rows; i++) {
        for (let o = 0, at = i * outputs; o < out; o++, at++) {
          if (values[at] < low[o]) low[o] = values[at];
          if (values[at] > high[o]) high[o] = values[at];
        }
      }
    });
    count += rows;
    if (filters) left += squared(medianOf(seen, rows), clean);
  }
  return { visit, ends, median: () => left / count };
}

// A unit is dead if its answer is exactly the same for every digit, as ReLU's is once its sums are all
// below 0. How many there are, and which of those whose weights are shown.
function dead(ends) {
  const found = ends.map(({ low, high }) => Array.from(low, (v, o) => v === high[o]));
  return { dead: found.flat().filter(Boolean).length, gone: (found[0] ?? []).slice(0, SIGHTS) };
}

function squared(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum;
}

// The median of the nine pixels around each; beyond the border stands the border's pixel.
export function medianOf(pictures, rows) {
  const made = new Float32Array(rows * PIXELS);
  const around = new Float32Array(9);
  const kept = (v) => Math.min(SIDE - 1, Math.max(0, v));
  for (let at = 0; at < made.length; at++) {
    const [first, row, column] = [at - (at % PIXELS), Math.floor((at % PIXELS) / SIDE), at % SIDE];
    for (let k = 0; k < 9; k++) around[k] = pictures[first + SIDE * kept(row + Math.floor(k / 3) - 1) + kept(column + (k % 3) - 1)];
    made[at] = around.sort()[4];
  }
  return made;
}

// The standard deviation of each number of the code over the digits.
function deviations(codes, latent) {
  const n = codes.length / latent;
  return Array.from({ length: latent }, (_, j) => {
    let [sum, squares] = [0, 0];
    for (let i = j; i < codes.length; i += latent) [sum, squares] = [sum + codes[i], squares + codes[i] ** 2];
    return Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2));
  });
}

// Where each number of the code moves the picture, for a network of sums and products only.
function directions(trainer, latent) {
  const steps = new Float32Array((latent + 1) * latent);
  for (let j = 0; j < latent; j++) steps[(j + 1) * latent + j] = 1;
  const drawn = trainer.decodes(steps);
  return Array.from({ length: latent }, (_, j) => Float64Array.from({ length: PIXELS }, (_, p) => drawn[(j + 1) * PIXELS + p] - drawn[p]));
}
