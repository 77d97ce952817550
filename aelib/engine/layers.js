// The layers of a dense autoencoder in memory: rows of weights for each input, padded to a multiple
// of 8 outputs; how they begin; and how they are read and written without the padding.
import { key, uniform } from "./random.js";

const START = 1; // what these random numbers are for
export const BENDS = ["none", "relu", "silu", "tanh"];
const wide = (n) => Math.ceil(n / 8) * 8;

// Whether the last layer ends in a sigmoid: nothing but sums and products is PCA's own kind.
export const isLogistic = ({ bend, loss }) => loss === "nats" || bend !== "none";

// Down through the hidden layers to the code, and the same way back. A variational network answers
// with two numbers for each of the code: mu in the first half of the layer's outputs, logvar behind.
export function layersOf({ latent, hidden, bend, loss, variational }, pixels) {
  const clouds = variational ? 2 : 1;
  const up = [...hidden].reverse();
  const layer = (inputs, outputs, rest) => ({ inputs: wide(inputs), outputs: wide(outputs), in: inputs, out: outputs, ...rest });
  const row = (sizes, end) => sizes.slice(1).map((n, i) => layer(sizes[i], n, i === sizes.length - 2 ? end : { bend: BENDS.indexOf(bend) }));
  const encoder = row([pixels, ...hidden, latent], { bend: 0, code: true });
  const code = encoder.at(-1);
  Object.assign(code, { outputs: clouds * wide(latent), out: clouds * latent, half: latent });
  return [...encoder, ...row([latent, ...up, pixels], { bend: 0, logistic: isLogistic({ bend, loss }) })];
}

// Where a layer's real outputs lie among the padded ones.
const place = ({ outputs, half }, o) => (half && o >= half ? outputs / 2 + o - half : o);

// As PyTorch begins a linear layer; then the network draws the mean picture, and its first layer sees
// how a picture differs from it (aelib.models.start_at_mean).
export function start(layers, values, train, { seed }, log) {
  layers.forEach((layer, l) => {
    const bound = 1 / Math.sqrt(layer.in);
    const from = key(seed, START, l);
    for (let i = 0; i <= layer.in; i++) {
      const row = i < layer.in ? layer.weight / 4 + i * layer.outputs : layer.bias / 4;
      for (let o = 0; o < layer.out; o++) values[row + place(layer, o)] = (2 * uniform(from, i * layer.out + o) - 1) * bound;
    }
  });
  const [first, last] = [layers[0], layers.at(-1)];
  const mean = meanPicture(train, first.in);
  for (let o = 0; o < first.outputs; o++) {
    let sum = 0;
    for (let i = 0; i < first.in; i++) sum += mean[i] * values[first.weight / 4 + i * first.outputs + o];
    values[first.bias / 4 + o] -= sum;
  }
  const f = Math.fround;
  const logit = (p) => log(f(p)) - log(f(1 - p));
  const bias = last.logistic ? mean.map((v) => logit(Math.min(0.995, Math.max(0.005, v)))) : mean;
  values.set(bias, last.bias / 4);
}

// The mean of pictures of bytes, from 0 to 1.
export function meanPicture(bytes, pixels) {
  const sums = new Float64Array(pixels);
  for (let i = 0, p = 0; i < bytes.length; i++, p = p + 1 === pixels ? 0 : p + 1) sums[p] += bytes[i];
  return sums.map((v) => v / 255 / (bytes.length / pixels));
}

// One list for each layer: weights (inputs x outputs, row after row), then biases.
export function exchange(layers, values) {
  const walk = (visit) =>
    layers.map((layer, l) => {
      for (let i = 0, n = 0; i <= layer.in; i++) {
        const row = i < layer.in ? layer.weight / 4 + i * layer.outputs : layer.bias / 4;
        for (let o = 0; o < layer.out; o++, n++) visit(l, n, row + place(layer, o));
      }
    });
  return {
    read() {
      const lists = layers.map((layer) => new Float32Array((layer.in + 1) * layer.out));
      walk((l, n, at) => (lists[l][n] = values[at]));
      return lists;
    },
    write: (lists) => walk((l, n, at) => (values[at] = lists[l][n])),
  };
}
