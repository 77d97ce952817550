// A trained network as the other widgets take one: programs that engine.js runs, how far its codes
// reach, how near is near. As aelib.widgets.base.spread_of and aelib.widgets.latent_map.plane_of.
import { isLogistic } from "../../engine/layers.js";
import { joined, SIZE } from "./training_told.js";

// lists: of each layer its weights (inputs x outputs), then its biases. Each program comes with its
// numbers as they are, float32. Of a variational network the encoder answers with mu.
export function packed(lists, settings) {
  const { latent, hidden, bend } = settings;
  const sizes = [SIZE, ...hidden, latent];
  const half = hidden.length + 1;
  const end = isLogistic(settings) ? "sigmoid" : "none";
  return {
    encoder: chain(lists.slice(0, half), sizes, bend, "none"),
    decoder: chain(lists.slice(half), [...sizes].reverse(), bend, end),
  };
}

// Linear layers with a bend between them. Values are numbered: the input, the constants, the steps.
function chain(lists, sizes, bend, end) {
  const [constants, parts, steps] = [[], [], []];
  const first = 1 + 2 * lists.length; // of the steps
  let [at, x] = [0, 0];
  const keep = (shape, values) => {
    constants.push([at, shape, 0]);
    parts.push(values);
    at += values.length;
  };
  const step = (op, inputs, outputs) => {
    steps.push({ op, in: inputs, shape: [1, outputs] });
    x = first + steps.length - 1;
  };
  lists.forEach((list, l) => {
    const [inputs, outputs] = [sizes[l], sizes[l + 1]];
    const columns = list.length / (inputs + 1); // twice the outputs where there is a logvar behind mu
    const rows = Array.from({ length: inputs + 1 }, (_, i) => list.subarray(i * columns, i * columns + outputs));
    keep([inputs, outputs], joined(rows.slice(0, inputs)));
    keep([outputs], rows[inputs]);
    step("linear", [x, 1 + 2 * l, 2 + 2 * l], outputs);
    const then = l < lists.length - 1 ? bend : end;
    if (then !== "none") step(then, [x], outputs);
  });
  return { program: { inputs: [[1, sizes[0]]], constants, steps, outputs: [x] }, numbers: joined(parts) };
}

// Of sorted values, between the two that are nearest.
function quantile(sorted, share) {
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (at % 1) * (high - low);
}

// How far to move each number of the codes: past the outermost of them.
export function spreadOf(codes, latent) {
  const found = { low: [], high: [], mean: [], deviation: [] };
  for (let j = 0; j < latent; j++) {
    const values = Float64Array.from({ length: codes.length / latent }, (_, i) => codes[i * latent + j]).sort();
    const [low, high] = [quantile(values, 0.005), quantile(values, 0.995)];
    const margin = Math.max(0.15 * (high - low), 0.1);
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    found.low.push(Math.floor(10 * (low - margin)) / 10);
    found.high.push(Math.ceil(10 * (high + margin)) / 10);
    found.mean.push(mean);
    found.deviation.push(Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length));
  }
  return found;
}

// How far a code is from its nearest neighbour, for 95 of 100 of them at most.
export function usualDistance(codes, latent) {
  const n = codes.length / latent;
  const nearest = new Float64Array(n).fill(Infinity);
  for (let i = 0; i < n; i++) {
    for (let k = i + 1; k < n; k++) {
      let sum = 0;
      for (let j = 0; j < latent; j++) sum += (codes[i * latent + j] - codes[k * latent + j]) ** 2;
      nearest[i] = Math.min(nearest[i], sum);
      nearest[k] = Math.min(nearest[k], sum);
    }
  }
  return Math.max(Math.sqrt(quantile(nearest.sort(), 0.95)), 1e-6);
}
