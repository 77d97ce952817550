// Runs small PyTorch networks in the browser: typed arrays, no DOM, no library.
// packing.py writes what this file reads; tests/browser holds the two together.

// float16 bytes (Uint8Array, little-endian) -> Float32Array
export function unpack(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array(bytes.byteLength >> 1);
  for (let i = 0; i < values.length; i++) {
    const bits = view.getUint16(2 * i, true);
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    // packing.py lets neither NaN nor infinity through, so exponent 31 does not occur
    const size = exponent ? (1024 + fraction) * 2 ** (exponent - 25) : fraction * 2 ** -24;
    values[i] = bits & 0x8000 ? -size : size;
  }
  return values;
}

// Layers and weights -> f(Float32Array) -> Float32Array.
// f answers with the same array every time: copy it to keep it.
export function compile(layers, weights, inputs) {
  return sequence(layers, weights, [inputs]).run;
}

function sequence(layers, weights, shape) {
  const steps = [];
  for (const layer of layers) {
    const step = LAYERS[layer.type](layer, weights, shape);
    if (step.run) steps.push(step.run);
    shape = step.shape;
  }
  const run = (x) => {
    for (const step of steps) x = step(x);
    return x;
  };
  return { run, shape };
}

const product = (shape) => shape.reduce((a, b) => a * b, 1);

// Each number as a pair, a float16 and what it left over; -1 stands for "this layer has none".
function vector(weights, begin, length, otherwise) {
  if (begin < 0) return new Float32Array(length).fill(otherwise);
  return Float32Array.from({ length }, (_, i) => weights[begin + i] + weights[begin + length + i]);
}

function matrix({ weight, pairs }, weights, length) {
  return pairs ? vector(weights, weight, length) : weights.subarray(weight, weight + length);
}

function linear(layer, weights, shape) {
  const { inputs, outputs } = layer;
  const rows = product(shape) / inputs;
  const w = matrix(layer, weights, inputs * outputs);
  const start = vector(weights, layer.bias, outputs, 0);
  const y = new Float32Array(rows * outputs);
  const run = (x) => {
    for (let row = 0; row < rows; row++) {
      const out = y.subarray(row * outputs, (row + 1) * outputs);
      out.set(start);
      for (let i = 0; i < inputs; i++) {
        const value = x[row * inputs + i];
        if (value === 0) continue; // ReLU and paper leave many
        for (let o = 0, k = i * outputs; o < outputs; o++, k++) out[o] += value * w[k];
      }
    }
    return y;
  };
  return { run, shape: [...shape.slice(0, -1), outputs] };
}

// Where each (input row, kernel row) lands in the output, -1 for nowhere; the same for columns.
function landings(size, result, axis, { kernel, stride, padding, dilation, transposed }) {
  const table = new Int32Array(size * kernel[axis]);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < kernel[axis]; k++) {
      const at = transposed
        ? i * stride[axis] - padding[axis] + k * dilation[axis]
        : (i + padding[axis] - k * dilation[axis]) / stride[axis];
      table[i * kernel[axis] + k] = Number.isInteger(at) && at >= 0 && at < result ? at : -1;
    }
  }
  return table;
}

// Both kinds scatter each input pixel over the outputs it touches, so zeros cost nothing.
function convolution(layer, weights, [channels, height, width]) {
  const { outputs, kernel, stride, padding, dilation, extra, transposed } = layer;
  const [rows, columns] = [height, width].map((size, axis) => {
    const reach = dilation[axis] * (kernel[axis] - 1);
    if (transposed) return (size - 1) * stride[axis] - 2 * padding[axis] + reach + extra[axis] + 1;
    return Math.floor((size + 2 * padding[axis] - reach - 1) / stride[axis]) + 1;
  });
  const toRow = landings(height, rows, 0, layer);
  const toColumn = landings(width, columns, 1, layer);
  const w = matrix(layer, weights, channels * kernel[0] * kernel[1] * outputs);
  const bias = vector(weights, layer.bias, outputs, 0);
  const sum = new Float32Array(rows * columns * outputs); // pixel by pixel: the inner loop runs on
  const y = new Float32Array(outputs * rows * columns); // channel by channel, as PyTorch has it
  const run = (x) => {
    for (let i = 0; i < sum.length; i += outputs) sum.set(bias, i);
    for (let c = 0, at = 0; c < channels; c++) {
      for (let i = 0; i < height; i++) {
        for (let j = 0; j < width; j++, at++) {
          const value = x[at];
          if (value === 0) continue;
          for (let p = 0; p < kernel[0]; p++) {
            const row = toRow[i * kernel[0] + p];
            if (row < 0) continue;
            for (let q = 0; q < kernel[1]; q++) {
              const column = toColumn[j * kernel[1] + q];
              if (column < 0) continue;
              let to = (row * columns + column) * outputs;
              let k = ((c * kernel[0] + p) * kernel[1] + q) * outputs;
              for (const end = to + outputs; to < end; to++, k++) sum[to] += value * w[k];
            }
          }
        }
      }
    }
    for (let o = 0, to = 0; o < outputs; o++) {
      for (let from = o; from < sum.length; from += outputs, to++) y[to] = sum[from];
    }
    return y;
  };
  return { run, shape: [outputs, rows, columns] };
}

function pool({ mean, kernel, stride }, weights, [channels, height, width]) {
  const rows = Math.floor((height - kernel[0]) / stride[0]) + 1;
  const columns = Math.floor((width - kernel[1]) / stride[1]) + 1;
  const y = new Float32Array(channels * rows * columns);
  const run = (x) => {
    for (let to = 0; to < y.length; to++) {
      const c = Math.floor(to / (rows * columns));
      const top = (Math.floor(to / columns) % rows) * stride[0];
      const left = (to % columns) * stride[1];
      let sum = 0;
      let most = -Infinity;
      for (let p = 0; p < kernel[0]; p++) {
        for (let q = 0; q < kernel[1]; q++) {
          const value = x[(c * height + top + p) * width + left + q];
          sum += value;
          if (value > most) most = value;
        }
      }
      y[to] = mean ? sum / (kernel[0] * kernel[1]) : most;
    }
    return y;
  };
  return { run, shape: [channels, rows, columns] };
}

function upsample({ factors }, weights, [channels, height, width]) {
  const [rows, columns] = [height * factors[0], width * factors[1]];
  const from = new Int32Array(channels * rows * columns);
  for (let to = 0; to < from.length; to++) {
    const row = Math.floor(to / columns);
    from[to] = Math.floor(row / factors[0]) * width + Math.floor((to % columns) / factors[1]);
  }
  const y = new Float32Array(from.length);
  const run = (x) => {
    for (let to = 0; to < y.length; to++) y[to] = x[from[to]];
    return y;
  };
  return { run, shape: [channels, rows, columns] };
}

// BatchNorm in evaluation mode: one factor and one shift per channel.
function scale({ channels, weight, bias }, weights, shape) {
  const factor = vector(weights, weight, channels, 1);
  const shift = vector(weights, bias, channels, 0);
  const runLength = product(shape) / channels;
  const y = new Float32Array(product(shape));
  const run = (x) => {
    for (let c = 0, i = 0; c < channels; c++) {
      for (let n = 0; n < runLength; n++, i++) y[i] = x[i] * factor[c] + shift[c];
    }
    return y;
  };
  return { run, shape };
}

function layernorm({ size, eps, weight, bias }, weights, shape) {
  const factor = vector(weights, weight, size, 1);
  const shift = vector(weights, bias, size, 0);
  const y = new Float32Array(product(shape));
  const run = (x) => {
    for (let begin = 0; begin < y.length; begin += size) {
      let mean = 0;
      let variance = 0;
      for (let i = 0; i < size; i++) mean += x[begin + i] / size;
      for (let i = 0; i < size; i++) variance += (x[begin + i] - mean) ** 2 / size;
      const unit = 1 / Math.sqrt(variance + eps);
      for (let i = 0; i < size; i++) y[begin + i] = (x[begin + i] - mean) * unit * factor[i] + shift[i];
    }
    return y;
  };
  return { run, shape };
}

function residual({ layers }, weights, shape) {
  const block = sequence(layers, weights, shape);
  const y = new Float32Array(product(shape));
  const run = (x) => {
    const change = block.run(x);
    for (let i = 0; i < y.length; i++) y[i] = x[i] + change[i];
    return y;
  };
  return { run, shape };
}

function reshape({ shape }, weights, before) {
  const known = product(shape.filter((n) => n > 0));
  return { shape: shape.map((n) => (n > 0 ? n : product(before) / known)) };
}

// f for each number by itself
const pointwise = (f) => (layer, weights, shape) => {
  const y = new Float32Array(product(shape));
  const run = (x) => {
    for (let i = 0; i < y.length; i++) y[i] = f(x[i], layer);
    return y;
  };
  return { run, shape };
};

// Abramowitz and Stegun 7.1.26: wrong by less than 2e-7
function erf(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const tail = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return Math.sign(x) * (1 - tail * Math.exp(-x * x));
}

const LAYERS = {
  linear, convolution, pool, upsample, scale, layernorm, residual, reshape,
  relu: pointwise((v) => (v > 0 ? v : 0)),
  leaky_relu: pointwise((v, { slope }) => (v > 0 ? v : slope * v)),
  silu: pointwise((v) => v / (1 + Math.exp(-v))),
  sigmoid: pointwise((v) => 1 / (1 + Math.exp(-v))),
  tanh: pointwise(Math.tanh),
  gelu: pointwise((v) => 0.5 * v * (1 + erf(v * Math.SQRT1_2))),
  gelu_tanh: pointwise((v) => 0.5 * v * (1 + Math.tanh(0.7978845608 * (v + 0.044715 * v ** 3)))),
};
