// What each step of a program becomes: instructions on memory. Pictures lie in PyTorch's order
// (plain: channel by channel) or pixel by pixel, with a pixel's channels side by side; a value that
// is needed both ways is turned once.
const MAPS = [
  "relu", "silu", "sigmoid", "tanh", "exp", "gelu", "gelu_tanh", "leaky_relu", "elu", "erf",
  "log", "softplus", "mish", "sqrt", "sin", "cos", "abs", "floor", "clamp",
];
const PAIRS = ["add", "mul", "sub", "div", "maximum", "minimum", "pow", "gt", "ge", "eq", "ne"];
const product = (numbers) => numbers.reduce((a, b) => a * b, 1);
const range = (n) => Array.from({ length: n }, (_, i) => i);
const four = (n) => (n + 3) & ~3;

export function value(shape, { plain = null, pixels = null, content = null }) {
  const made = { shape, size: product(shape), plain, pixels, content };
  const [, channels, height, width] = shape;
  if (shape.length === 4 && (channels === 1 || height * width === 1)) made.plain = made.pixels = plain ?? pixels;
  return made;
}

export function plainOf(plan, x) {
  if (x.plain) return x.plain;
  if (x.content) return (x.plain = plan.keep(x.content));
  const [n, channels, height, width] = x.shape;
  const area = height * width;
  x.plain = plan.reserve(x.size);
  plan.emit("copy", x.pixels, x.plain, ...sizes([n, channels, area]), ...steps([x.size / n, 1, channels]), ...steps([x.size / n, area, 1]));
  return x.plain;
}

function pixelsOf(plan, x) {
  if (x.pixels) return x.pixels;
  const [n, channels, height, width] = x.shape;
  const area = height * width;
  if (channels === 1 || area === 1) return (x.pixels = plainOf(plan, x));
  if (x.content) {
    const turned = (i) => Math.floor(i / (channels * area)) * channels * area + (i % channels) * area + (Math.floor(i / channels) % area);
    return (x.pixels = plan.keep(x.content.map((_, i) => x.content[turned(i)])));
  }
  x.pixels = plan.reserve(x.size);
  plan.emit("copy", x.plain, x.pixels, ...sizes([n, area, channels]), ...steps([x.size / n, 1, area]), ...steps([x.size / n, channels, 1]));
  return x.pixels;
}

const inPixels = (x) => Boolean(x.pixels && !x.plain);

// Up to five axes of a copy, in numbers; unused ones come first.
const sizes = (list) => [...Array(5 - list.length).fill(1), ...list];
const steps = (list) => [...Array(5 - list.length).fill(0), ...list.map((n) => 4 * n)];

// Several values in one order: by pixels where one of them is.
function alike(plan, values, shape) {
  const byPixels = values.some(inPixels);
  const y = plan.reserve(product(shape));
  const buffers = values.map((x) => (byPixels ? pixelsOf : plainOf)(plan, x));
  return [...buffers, y, value(shape, byPixels ? { pixels: y } : { plain: y })];
}

// Those of its numbers that a table names (Int32Array), in order; -1 is 0.
function arranged(plan, x, table) {
  if (!x.content) {
    const y = plan.reserve(table.length);
    plan.emit("take", plainOf(plan, x), y, plan.keep(table), table.length, 1, 0, 1, { real: 0 });
    return y;
  }
  const content = new Float32Array(table.length);
  for (let i = 0; i < table.length; i++) if (table[i] >= 0) content[i] = x.content[table[i]];
  return plan.keep(content);
}

// Number by number

function map(plan, { op, shape, ...given }, [x]) {
  const code = MAPS.indexOf(op);
  const [a = 0, b = 0, c = 0] = {
    leaky_relu: () => [given.slope],
    elu: () => [given.scale * given.alpha, given.scale, given.rate],
    softplus: () => [given.beta, given.threshold],
    clamp: () => [given.low ?? -Infinity, given.high ?? Infinity],
  }[op]?.() ?? [];
  const [from, y, made] = alike(plan, [x], shape);
  plan.emit("map", code, from, y, x.size, { real: a }, { real: b }, { real: c });
  return made;
}

// Operands that are smaller than a are spread: b[(i / inner) % length]. In rows: how often all of b
// is gone through, rows of a each time, numbers in a row, step of b by row, whether it is one number.
function spread(plan, x, length, inner, shape) {
  const times = x.size / (length * inner);
  if (inPixels(x) && length > 1) {
    const [n, channels, height, width] = x.shape;
    if (length === channels && inner === height * width) return { byPixels: true, rows: [n * inner, 1, length, 0, 0] };
  }
  const rows = length === 1 ? [1, 1, x.size, 0, 1] : inner === 1 ? [times, 1, length, 0, 0] : [times, length, inner, 4, 1];
  return { byPixels: length === 1 && inPixels(x), rows };
}

function spreadOver(plan, name, x, others, inner, shape, before = [], after = []) {
  const { byPixels, rows } = spread(plan, x, others[0].size, inner, shape);
  const from = byPixels ? x.pixels : plainOf(plan, x);
  const y = plan.reserve(x.size);
  plan.emit(name, ...before, from, ...others.map((other) => plainOf(plan, other)), y, ...rows, ...after);
  return value(shape, byPixels ? { pixels: y } : { plain: y });
}

function binary(plan, { op, shape, inner = 1, value: number, swap = false }, [a, b]) {
  if (op === "pow" && !b && !swap && [0.5, 1, 2, 3, 4].includes(number)) return wholePower(plan, shape, a, number);
  const turned = { lt: "gt", le: "ge" }[op];
  const code = PAIRS.indexOf(turned ?? op);
  const last = +(Boolean(turned) !== swap);
  const other = b ?? value([1], { content: Float32Array.of(number) });
  if (other.size !== a.size || a.size === 1) return spreadOver(plan, "binary", a, [other], inner, shape, [code], [last]);
  const [left, right, y, made] = alike(plan, [a, other], shape);
  plan.emit("binary", code, left, right, y, 1, 1, a.size, 0, 0, last);
  return made;
}

function wholePower(plan, shape, a, exponent) {
  if (exponent === 1) return { ...a, shape };
  if (exponent === 0.5) return map(plan, { op: "sqrt", shape }, [a]);
  const square = binary(plan, { op: "mul", shape }, [a, a]);
  return exponent === 2 ? square : binary(plan, { op: "mul", shape }, [square, exponent === 3 ? a : square]);
}

function where(plan, { shape }, inputs) {
  const [condition, a, b, y, made] = alike(plan, inputs, shape);
  plan.emit("choose", condition, a, b, y, made.size);
  return made;
}

const affine = (plan, { shape, inner = 1 }, [x, ...pair]) => spreadOver(plan, "affine", x, pair, inner, shape);

// Copies

function reshape(plan, { shape }, [x]) {
  return value(shape, x.content ? { content: x.content } : { plain: plainOf(plan, x) });
}

function strided(plan, { shape, strides, offset = 0 }, [x]) {
  const axes = [];
  shape.forEach((size, k) => {
    const before = axes.at(-1);
    if (size === 1) return;
    if (before && before.step === strides[k] * size) Object.assign(before, { size: before.size * size, step: strides[k] });
    else axes.push({ size, step: strides[k] });
  });
  const from = plainOf(plan, x);
  const count = product(shape);
  if (count === x.size && !offset && axes.length < 2 && (axes[0]?.step ?? 1) === 1) return value(shape, { plain: from });
  const y = plan.reserve(count);
  const gaps = axes.map((_, k) => product(axes.slice(k + 1).map(({ size }) => size)));
  const outer = axes.length > 5 ? axes[0] : { size: 1, step: 0 }; // a copy has five axes
  const inner = axes.length > 5 ? 1 : 0;
  for (const i of range(outer.size)) {
    const [a, b] = [[from, 4 * (offset + i * outer.step)], [y, inner * 4 * i * gaps[0]]];
    const rest = axes.slice(inner);
    plan.emit("copy", a, b, ...sizes(rest.map(({ size }) => size)), ...steps(rest.map(({ step }) => step)), ...steps(gaps.slice(inner)));
  }
  return value(shape, { plain: y });
}

// The shape as it lies in memory, and where an axis went.
function lying(x, axis) {
  if (!inPixels(x)) return [x.shape, axis];
  const [n, channels, height, width] = x.shape;
  return [[n, height, width, channels], [0, 3, 1, 2][axis]];
}

function take(plan, { shape, axis, table, fill = 0 }, [x]) {
  const [found, at] = lying(x, axis);
  const y = plan.reserve(product(shape));
  const inner = product(found.slice(at + 1));
  const from = inPixels(x) ? x.pixels : plainOf(plan, x);
  const times = product(found.slice(0, at));
  plan.emit("take", from, y, plan.keep(Int32Array.from(table)), table.length, times, found[at] * inner, inner, { real: fill });
  return value(shape, inPixels(x) ? { pixels: y } : { plain: y });
}

function cat(plan, { shape, axis }, inputs) {
  const byPixels = inputs.some(inPixels);
  const y = plan.reserve(product(shape));
  const made = value(shape, byPixels ? { pixels: y } : { plain: y });
  const [found, at] = lying(byPixels ? { shape, pixels: y } : { shape }, axis);
  const whole = product(found.slice(at));
  const times = product(found.slice(0, at));
  let begin = 0;
  for (const x of inputs) {
    const part = x.size / times;
    plan.emit("copy", (byPixels ? pixelsOf : plainOf)(plan, x), [y, 4 * begin], ...sizes([times, part]), ...steps([part, 1]), ...steps([whole, 1]));
    begin += part;
  }
  return made;
}

// Sums

// A matrix (rows, columns) whose rows are padded to a multiple of 4 numbers.
function padded(plan, w, rows, columns) {
  if (columns % 4 === 0) return plainOf(plan, w);
  const wide = four(columns);
  const table = new Int32Array(rows * wide).fill(-1);
  for (let i = 0; i < rows; i++) for (let k = 0; k < columns; k++) table[i * wide + k] = i * columns + k;
  return arranged(plan, w, table);
}

// The same for a single row of x: eight inputs at a time, see linear in kernels.ts.
function woven(plan, w, inputs, outputs) {
  const [wide, whole] = [four(outputs), inputs & ~7];
  const table = new Int32Array(inputs * wide);
  for (let i = 0; i < inputs; i++) {
    for (let o = 0; o < wide; o++) {
      const place = i < whole ? (i & ~7) * wide + (o >> 2) * 32 + (i & 7) * 4 + (o & 3) : i * wide + o;
      table[place] = o < outputs ? i * outputs + o : -1;
    }
  }
  return arranged(plan, w, table);
}

const zeros = (plan, size) => plan.keep(new Float32Array(size));

// y(r, s, :) = bias + sum of x w, see convolve in kernels.ts; steps in numbers.
function windows(plan, { x, taps, run, w, bias, y, rows, columns, xRow, xColumn, yRow, yColumn, wRow = 0, outputs }) {
  const oneRow = xRow === columns * xColumn && yRow === columns * yColumn && wRow === 0;
  if (oneRow) [rows, columns] = [1, rows * columns];
  const words = [x, plan.keep(Int32Array.from(taps, (n) => 4 * n)), taps.length, run, w, bias ?? zeros(plan, four(outputs)), y, rows, columns];
  plan.emit(outputs === 1 ? "single" : "convolve", ...words, ...[xRow, xColumn, yRow, yColumn, wRow].map((n) => 4 * n), outputs);
}

function linear(plan, { shape }, [x, w, b]) {
  const [inputs, outputs] = w.shape;
  const rows = x.size / inputs;
  const [from, bias, y] = [plainOf(plan, x), b ? plainOf(plan, b) : null, plan.reserve(rows * outputs)];
  const matrix = outputs === 1 ? plainOf(plan, w) : rows === 1 ? woven(plan, w, inputs, outputs) : padded(plan, w, inputs, outputs);
  if (rows === 1 && outputs > 1) plan.emit("linear", from, matrix, bias ?? zeros(plan, four(outputs)), y, inputs, four(outputs));
  else {
    const moves = { rows: 1, columns: rows, xRow: 0, xColumn: inputs, yRow: 0, yColumn: outputs };
    windows(plan, { x: from, taps: [0], run: inputs, w: matrix, bias, y, outputs, ...moves });
  }
  return value(shape, { plain: y });
}

function matmul(plan, { shape }, [a, b]) {
  const [m, k] = a.shape.slice(-2);
  const n = b.shape.at(-1);
  const y = plan.reserve(product(shape));
  const w = n === 1 ? plainOf(plan, b) : padded(plan, b, b.size / n, n);
  const moves = { xRow: a.shape.length > 2 ? m * k : 0, xColumn: k, yRow: m * n, yColumn: n, wRow: b.shape.length > 2 ? k * (n === 1 ? 1 : four(n)) : 0 };
  windows(plan, { x: plainOf(plan, a), taps: [0], run: k, w, y, rows: product(shape) / (m * n), columns: m, outputs: n, ...moves });
  return value(shape, { plain: y });
}

// Along one axis, which inputs an output sees. Outputs come in classes: one or, where transposed, as
// many as the stride. Output begin + step i sees the inputs stride i + at, through number k of the kernel.
function classes(count, { kernel, stride, padding, dilation, transposed }) {
  if (!transposed) return [{ begin: 0, step: 1, count, stride, taps: range(kernel).map((k) => ({ k, at: k * dilation - padding })) }];
  return range(Math.min(stride, count)).map((begin) => {
    const seen = range(kernel).map((k) => ({ k, at: (begin + padding - k * dilation) / stride }));
    const taps = seen.filter(({ at }) => Number.isInteger(at)).sort((a, b) => a.at - b.at);
    return { begin, step: stride, count: Math.ceil((count - begin) / stride), stride: 1, taps };
  });
}

// How far the classes look out of the picture, before its first number and after its last.
function margins(size, all) {
  const ends = all.flatMap(({ taps, count, stride }) => taps.map(({ at }) => [-at, at + (count - 1) * stride - size + 1]));
  return [0, 1].map((end) => ends.reduce((most, each) => Math.max(most, each[end]), 0));
}

// The picture by pixels with margins around it.
function field(plan, x, vertical, horizontal, filling) {
  const [n, channels, height, width] = x.shape;
  const [[top, below], [left, right]] = [margins(height, vertical), margins(width, horizontal)];
  const from = pixelsOf(plan, x);
  const [tall, wide] = [height + top + below, width + left + right];
  const place = { top, left, row: wide * channels, picture: tall * wide * channels };
  if (tall === height && wide === width) return { buffer: from, ...place };
  const buffer = plan.reserve(n * place.picture);
  plan.emit("fill", buffer, buffer.size, { real: filling });
  const row = width * channels;
  const to = [buffer, 4 * (top * place.row + left * channels)];
  plan.emit("copy", from, to, ...sizes([n, height, row]), ...steps([height * row, row, 1]), ...steps([place.picture, place.row, 1]));
  return { buffer, ...place };
}

function axesOf({ kernel, stride, padding, dilation = [1, 1], transposed = false }, counts) {
  const axis = (i) => classes(counts[i], { kernel: kernel[i], stride: stride[i], padding: padding[i], dilation: dilation[i], transposed });
  return [axis(0), axis(1)];
}

function convolution(plan, step, [x, w, b]) {
  const { shape, groups = 1, transposed = false } = step;
  const [n, outputs, rows, columns] = shape;
  const channels = x.shape[1];
  const [seen, made] = [channels / groups, outputs / groups];
  const kernel = w.shape.slice(2);
  const [vertical, horizontal] = axesOf({ ...step, kernel }, [rows, columns]);
  const from = field(plan, x, vertical, horizontal, 0);
  const y = plan.reserve(product(shape));
  const bias = b ? plainOf(plan, b) : zeros(plan, four(outputs));
  const alone = seen === 1 && made === 1 && groups > 1; // each channel by itself
  const place = (tapV, tapH) => (tapV.at + from.top) * from.row + (tapH.at + from.left) * channels;
  for (const v of vertical) {
    for (const h of horizontal) {
      const joined = groups === 1 && h.taps.length > 0 && h.taps.every(({ at }, i) => at === h.taps[0].at + i);
      const taps = v.taps.flatMap((tapV) => (joined ? h.taps.slice(0, 1) : h.taps).map((tapH) => place(tapV, tapH)));
      const moves = { rows: v.count, columns: h.count, xRow: v.stride * from.row, xColumn: h.stride * channels, yRow: v.step * columns * outputs, yColumn: h.step * outputs };
      const run = joined ? seen * h.taps.length : seen;
      for (let g = 0; g < (alone ? 1 : groups); g++) {
        const matrix = arranged(plan, w, (alone ? channelTable : tapTable)(w, v.taps, h.taps, transposed, g, seen, made, groups));
        for (let i = 0; i < n; i++) {
          const start = [from.buffer, 4 * (i * from.picture + g * seen)];
          const to = [y, 4 * (((i * rows + v.begin) * columns + h.begin) * outputs + g * made)];
          if (alone) channelwise(plan, { kind: 1, x: start, taps, w: matrix, bias, y: to, channels, ...moves });
          else windows(plan, { x: start, taps, run, w: matrix, bias: [bias, 4 * g * made], y: to, outputs: made, ...moves });
        }
      }
    }
  }
  return value(shape, { pixels: y });
}

// Where in PyTorch's weights: for each tap and each channel of group g, a row of the outputs.
function tapTable(w, vertical, horizontal, transposed, g, seen, made) {
  const [, second, tall, wide] = w.shape;
  const width = made === 1 ? 1 : four(made);
  const table = new Int32Array(vertical.length * horizontal.length * seen * width).fill(-1);
  let row = 0;
  for (const { k: p } of vertical) {
    for (const { k: q } of horizontal) {
      for (let c = 0; c < seen; c++, row += width) {
        for (let o = 0; o < made; o++) {
          const at = transposed ? (g * seen + c) * second + o : (g * made + o) * second + c;
          table[row + o] = (at * tall + p) * wide + q;
        }
      }
    }
  }
  return table;
}

// For each tap a row of the channels, each of which is a group.
function channelTable({ shape: [, , tall, wide] }, vertical, horizontal, transposed, g, seen, made, channels) {
  const width = four(channels);
  const table = new Int32Array(vertical.length * horizontal.length * width).fill(-1);
  const pairs = vertical.flatMap(({ k: p }) => horizontal.map(({ k: q }) => p * wide + q));
  pairs.forEach((at, row) => range(channels).forEach((c) => (table[row * width + c] = c * tall * wide + at)));
  return table;
}

function channelwise(plan, { kind, x, taps, w, bias, y, rows, columns, xRow, xColumn, yRow, yColumn, channels }) {
  const words = [kind, x, plan.keep(Int32Array.from(taps, (t) => 4 * t)), taps.length, w, bias, y, rows, columns];
  plan.emit("channelwise", ...words, ...[xRow, xColumn, yRow, yColumn].map((s) => 4 * s), channels);
}

function maxPool(plan, step, [x]) {
  const [n, channels, rows, columns] = step.shape;
  const [[v], [h]] = axesOf(step, [rows, columns]);
  const from = field(plan, x, [v], [h], -Infinity);
  const y = plan.reserve(product(step.shape));
  const taps = v.taps.flatMap((a) => h.taps.map((b) => (a.at + from.top) * from.row + (b.at + from.left) * channels));
  const moves = { xRow: v.stride * from.row, xColumn: h.stride * channels, yRow: columns * channels, yColumn: channels };
  for (const i of range(n)) {
    const [start, to] = [[from.buffer, 4 * i * from.picture], [y, (4 * i * y.size) / n]];
    channelwise(plan, { kind: 0, x: start, taps, w: 0, bias: 0, y: to, rows, columns, channels, ...moves });
  }
  return value(step.shape, { pixels: y });
}

function reduce(plan, { op, shape, axis }, [x]) {
  const [n, side] = [x.shape[axis], product(x.shape.slice(axis + 1))];
  const y = plan.reserve(x.size / n);
  plan.emit("reduce", +(op === "max"), plainOf(plan, x), y, x.size / (n * side), n, side);
  return value(shape, { plain: y });
}

function softmax(plan, { shape }, [x]) {
  const y = plan.reserve(x.size);
  const n = shape.at(-1);
  plan.emit("softmax", plainOf(plan, x), y, x.size / n, n);
  return value(shape, { plain: y });
}

function norm(plan, step, [x, ...pair]) {
  const { shape, size, eps, inner = 1 } = step;
  const y = plan.reserve(x.size);
  const [n, channels, height, width] = x.shape;
  const area = height * width;
  const groups = inPixels(x) && n === 1 && size % area === 0; // of channels: not a row in memory
  if (groups && (!pair.length || (inner === area && pair[0].size === channels))) {
    const some = size / area;
    plan.emit("normalise", x.pixels, y, channels / some, 4 * some, area, 4 * channels, some, { real: eps });
    const made = value(shape, { pixels: y });
    return pair.length ? affine(plan, step, [made, ...pair]) : made;
  }
  plan.emit("normalise", plainOf(plan, x), y, x.size / size, 4 * size, 1, 0, size, { real: eps });
  const made = value(shape, { plain: y });
  return pair.length ? affine(plan, step, [made, ...pair]) : made;
}

export const OPERATIONS = {
  reshape, strided, take, cat, where, affine, linear, matmul, convolution, softmax, norm,
  max_pool: maxPool, sum: reduce, max: reduce,
  ...Object.fromEntries(MAPS.map((name) => [name, map])),
  ...Object.fromEntries([...PAIRS, "lt", "le"].map((name) => [name, binary])),
};
