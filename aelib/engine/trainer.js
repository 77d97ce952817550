// Trains a dense autoencoder on pictures that are bytes: memory, batches, the order of the kernels.
// The same settings and digits give the same weights to the last bit, in WebAssembly
// (training_kernels.js) and in plain JavaScript (plain_training.js). No DOM: it runs in a worker.
import { layersOf, start, exchange } from "./layers.js";
import { mean, measuring } from "./measuring.js";
import { openMemory, padded } from "./memory.js";
import { log } from "./plain.js";
import { key, shuffled } from "./random.js";
import { adamwNumbers } from "./schedule.js";

export const PIXELS = 784;
const LOSSES = { linear: 0, logistic: 1, nats: 2 };
const [ORDER, NOISE, DRAWN] = [2, 3, 4]; // what random numbers are for; 1: layers.js, 5 and 6: measuring.js
const LOGISTIC = 4;

// settings: latent, hidden (a list), bend, loss ("squared", "nats"), variational, batch, rate, passes,
// noise, kl, l1, seed; rate, noise, kl and l1 may change while it trains. train, test: Uint8Array.
// module: what trainingKernels() gave, null for plain JavaScript.
export function openTrainer(settings, train, test, module) {
  const { latent, variational, batch, seed } = settings;
  const count = train.length / PIXELS;
  const testCount = test.length / PIXELS;
  const most = padded(Math.max(batch, 32), 4); // rows at a time
  const plan = openMemory(module);
  const layers = layersOf(settings, PIXELS);
  const last = layers.at(-1);
  const middle = layers.findIndex((layer) => layer.code);
  const width = layers[middle + 1].inputs; // of a code
  const size = layers.reduce((sum, { inputs, outputs }) => sum + (inputs + 1) * outputs, 0);
  const [values, slopes, means, squares] = [0, 0, 0, 0].map(() => plan.numbers(size));
  let offset = 0;
  for (const layer of layers) {
    layer.weight = offset;
    layer.bias = offset + 4 * layer.inputs * layer.outputs;
    offset = layer.bias + 4 * layer.outputs;
    layer.before = plan.numbers(most * layer.outputs);
    layer.after = layer.bend || layer === last ? plan.numbers(most * layer.outputs) : layer.before;
    layer.slope = plan.numbers(most * layer.outputs);
  }
  const [clean, input] = [0, 0].map(() => plan.numbers(most * PIXELS));
  const noise = plan.numbers(most * PIXELS);
  const [code, codeSlope, codeNoise] = [0, 0, 0].map(() => plan.numbers(most * width));
  const turned = plan.numbers(Math.max(...layers.map(({ inputs, outputs }) => inputs * Math.max(outputs, most))));
  const chosen = plan.numbers(most);
  const sums = plan.numbers(most);
  const [trainAt, testAt] = [plan.bytes(train.length), plan.bytes(test.length)];
  const { buffer, kernels } = plan.open();
  const F = new Float32Array(buffer);
  const rowsChosen = new Int32Array(buffer, chosen, most);
  const view = (at, n) => F.subarray(at >> 2, (at >> 2) + n);
  new Uint8Array(buffer).set(train, trainAt);
  new Uint8Array(buffer).set(test, testAt);
  const parameters = view(values, size);
  start(layers, parameters, train, settings, log);
  const kind = LOSSES[settings.loss === "nats" ? "nats" : last.logistic ? "logistic" : "linear"];

  // The chosen pictures, held-out or learned from, become `clean`, in rows that are a multiple of 4:
  // what is added is a copy.
  function take(indices, learned = false) {
    const rows = padded(indices.length, 4);
    for (let i = 0; i < rows; i++) rowsChosen[i] = indices[Math.min(i, indices.length - 1)];
    kernels.gather(learned ? trainAt : testAt, chosen, clean, rows, PIXELS);
    return rows;
  }

  function noisy(rows, key) {
    if (!settings.noise) return clean;
    kernels.normals(key, noise, rows * PIXELS);
    kernels.disturb(clean, noise, input, rows * PIXELS, settings.noise);
    return input;
  }

  function through(from, to, rows, x) {
    for (const layer of layers.slice(from, to)) {
      const { before, after, inputs, outputs, bend } = layer;
      layer.input = x;
      kernels.multiply(x, values + layer.weight, before, rows, inputs, outputs, values + layer.bias);
      if (layer === last && !layer.logistic) F.copyWithin(after >> 2, before >> 2, (before >> 2) + rows * outputs);
      else if (after !== before) kernels.bend(bend || LOGISTIC, before, after, rows * outputs);
      x = after;
    }
    return x;
  }

  // Codes of `rows` pictures; with a key a variational network draws them, else it gives the middle.
  function encode(rows, x, key) {
    const cloud = through(0, middle + 1, rows, x);
    if (!variational) return cloud;
    if (key === undefined) kernels.clear(codeNoise, rows * width);
    else kernels.normals(key, codeNoise, rows * width);
    kernels.draw(cloud, codeNoise, code, rows, width, latent);
    return code;
  }

  const decode = (rows, z) => through(middle + 1, layers.length, rows, z);

  function backward(n, rows) {
    kernels.lossBack(kind, last.after, clean, last.slope, n * PIXELS, 1 / n);
    kernels.clear(last.slope + 4 * n * PIXELS, (rows - n) * PIXELS);
    for (let l = layers.length - 1; l >= 0; l--) {
      const { inputs, outputs, weight, bias, slope, input: x } = layers[l];
      kernels.transpose(x, turned, rows, inputs);
      kernels.multiply(turned, slope, slopes + weight, inputs, rows, outputs, 0);
      kernels.columnSums(slope, slopes + bias, rows, outputs);
      if (l === 0) return;
      const below = layers[l - 1];
      const to = below.code ? codeSlope : below.slope;
      kernels.transpose(values + weight, turned, inputs, outputs);
      kernels.multiply(slope, turned, to, rows, outputs, inputs, 0);
      if (below.code) throughCode(below, x, n, rows);
      else if (below.bend) kernels.bendBack(below.bend, below.before, below.after, to, rows * inputs);
    }
  }

  function throughCode(below, z, n, rows) {
    if (settings.l1) kernels.l1Back(z, codeSlope, n * width, settings.l1 / n);
    if (!variational) return F.copyWithin(below.slope >> 2, codeSlope >> 2, (codeSlope >> 2) + rows * width);
    kernels.drawBack(below.before, codeNoise, codeSlope, below.slope, n, width, settings.kl / n);
    return kernels.clear(below.slope + 8 * n * width, 2 * (rows - n) * width);
  }

  const perPass = Math.ceil(count / batch);
  const state = { steps: 0, cycle: 0 }; // in all, and in this cycle of settings.passes
  let order;

  // The next batch in this pass's order, as fit draws it.
  function next() {
    const at = state.steps % perPass;
    if (at === 0 || !order) order = shuffled(key(seed, ORDER, Math.floor(state.steps / perPass)), count);
    return order.subarray(at * batch, Math.min(count, (at + 1) * batch));
  }

  // The gradients of a batch; what else is done with them is up to step().
  function learn(indices) {
    const n = indices.length;
    const rows = take(indices, true);
    const x = noisy(rows, key(seed, NOISE, state.steps));
    decode(rows, encode(rows, x, key(seed, DRAWN, state.steps)));
    backward(n, rows);
    kernels.rowErrors(last.after, clean, sums, n, PIXELS);
    return mean(view(sums, n));
  }

  // One step; the squared error per picture that the batch had before it.
  function step(indices = next()) {
    const error = learn(indices);
    const total = perPass * settings.passes;
    if (state.cycle === total) state.cycle = 0; // another cycle begins
    kernels.adamw(values, slopes, means, squares, size, ...adamwNumbers(state.cycle, total, state.steps, settings.rate));
    state.steps += 1;
    state.cycle += 1;
    return error;
  }

  const memory = { layers, kernels, view, most, width, clean, code, sums, pixels: PIXELS };
  const counts = { train: count, test: testCount };
  const measured = measuring({ settings, ...memory, counts, take, noisy, encode, decode });
  const weights = exchange(layers, parameters);
  return {
    settings, state, perPass, step, learn, ...measured,
    weights: weights.read,
    setWeights: weights.write,
    gradients: exchange(layers, view(slopes, size)).read,
  };
}
