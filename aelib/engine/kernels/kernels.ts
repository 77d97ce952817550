// The arithmetic of a decode. engine.js plans the memory and writes the instructions; run() walks
// through them. An instruction is a row of 32-bit words: its number, its length in bytes, then what
// its function says. Addresses, rows and steps are in bytes, sizes in numbers. Nothing is imported
// and nothing relaxed: every machine gives the same bits, and plain.js, the twin of this file, too.
// Every array ends on a multiple of four numbers, so that the last vector may run over its end.

import { across, erf, exp, exponential, log, logistic, power, sine, softplus, splat, tanh } from "./functions";

// @ts-ignore: decorator
@inline function word(at: usize, i: i32): i32 { return load<i32>(at + (<usize>i << 2)); }
// @ts-ignore: decorator
@inline function real(at: usize, i: i32): f32 { return load<f32>(at + (<usize>i << 2)); }

export function run(at: usize, end: usize): void {
  for (; at < end; at += <usize>word(at, 1)) {
    switch (word(at, 0)) {
      case 0: linear(at); break;
      case 1: convolve(at); break;
      case 2: single(at); break;
      case 3: channelwise(at); break;
      case 4: map(at); break;
      case 5: binary(at); break;
      case 6: affine(at); break;
      case 7: copy(at); break;
      case 8: take(at); break;
      case 9: normalise(at); break;
      case 10: softmax(at); break;
      case 11: reduce(at); break;
      case 12: choose(at); break;
      case 13: fill(at); break;
    }
  }
}

// 0 linear: x, w, bias, y, inputs, outputs (a multiple of 4). w in blocks of eight inputs: for every
// four outputs the eight vectors that belong to them, one after the other; then a row for each of
// the inputs that are left.
function linear(at: usize): void {
  let x = <usize>word(at, 2), w = <usize>word(at, 3);
  const y = <usize>word(at, 5), inputs = word(at, 6), row = <usize>word(at, 7) << 2, end = y + row;
  memory.copy(y, <usize>word(at, 4), row);
  let i = 0;
  for (; i + 8 <= inputs; i += 8, x += 32) {
    const first = v128.load(x), second = v128.load(x, 16);
    if (!v128.any_true(v128.or(f32x4.ne(first, splat(0)), f32x4.ne(second, splat(0))))) { // ReLU and paper leave many
      w += 8 * row;
      continue;
    }
    const a = v128.load32_splat(x), b = v128.load32_splat(x, 4), c = v128.load32_splat(x, 8), d = v128.load32_splat(x, 12);
    const e = v128.load32_splat(x, 16), f = v128.load32_splat(x, 20), g = v128.load32_splat(x, 24), h = v128.load32_splat(x, 28);
    for (let o = y; o < end; o += 16, w += 128) {
      let left = f32x4.add(f32x4.mul(a, v128.load(w)), f32x4.mul(b, v128.load(w, 16)));
      let right = f32x4.add(f32x4.mul(c, v128.load(w, 32)), f32x4.mul(d, v128.load(w, 48)));
      const sum = f32x4.add(left, right);
      left = f32x4.add(f32x4.mul(e, v128.load(w, 64)), f32x4.mul(f, v128.load(w, 80)));
      right = f32x4.add(f32x4.mul(g, v128.load(w, 96)), f32x4.mul(h, v128.load(w, 112)));
      v128.store(o, f32x4.add(v128.load(o), f32x4.add(sum, f32x4.add(left, right))));
    }
  }
  for (; i < inputs; i++, x += 4) {
    const v = v128.load32_splat(x);
    for (let o = y; o < end; o += 16, w += 16) v128.store(o, f32x4.add(v128.load(o), f32x4.mul(v, v128.load(w))));
  }
}

// The first lanes of a vector.
function put(to: usize, v: v128, lanes: i32): void {
  if (lanes >= 4) { v128.store(to, v); return; }
  store<f32>(to, f32x4.extract_lane(v, 0));
  if (lanes > 1) store<f32>(to, f32x4.extract_lane(v, 1), 4);
  if (lanes > 2) store<f32>(to, f32x4.extract_lane(v, 2), 8);
}

// 1 convolve: x, taps, number of taps, run, w, bias, y, rows, columns, then steps of x by row and
// by column, of y by row and by column, of w by row, and outputs.
// y(r, s, o) = bias(o) + sum over taps t and 0 <= l < run of x(r, s, tap t + l) w(t, l, o): a
// convolution whose pixels hold their channels side by side, a product of matrices, and many such
// products, one a row. Rows of w are padded to a multiple of 4. Blocks may overlap: they agree.
function convolve(at: usize): void {
  const taps = <usize>word(at, 3), last = taps + (<usize>word(at, 4) << 2), run = <usize>word(at, 5) << 2;
  const rows = word(at, 9), columns = word(at, 10), outputs = word(at, 16);
  const xRow = word(at, 11), xColumn = <usize>word(at, 12), yRow = word(at, 13), yColumn = <usize>word(at, 14);
  const bias = <usize>word(at, 7), vectors = (outputs + 3) >> 2, step = <usize>vectors << 4;
  for (let r = 0; r < rows; r++) {
    const x = <usize>(word(at, 2) + r * xRow), y = <usize>(word(at, 8) + r * yRow), w = <usize>(word(at, 6) + r * word(at, 15));
    let s = 0;
    while (columns >= 4 && s < columns) {
      s = min(s, columns - 4);
      const from = x + <usize>s * xColumn, to = y + <usize>s * yColumn;
      if (vectors == 1) columns4(from, xColumn, taps, last, run, w, bias, to, yColumn, outputs);
      for (let v = 0; v < vectors && vectors > 1; v += 2) {
        v = min(v, vectors - 2);
        const o = <usize>v << 4;
        columns4vectors2(from, xColumn, taps, last, run, w + o, step, bias + o, to + o, yColumn, outputs - 4 * v);
      }
      s += 4;
    }
    for (; s < columns; s++) {
      const from = x + <usize>s * xColumn, to = y + <usize>s * yColumn;
      let v = 0;
      for (; v + 4 <= vectors; v += 4) vectors4(from, taps, last, run, w + (<usize>v << 4), step, bias + (<usize>v << 4), to + (<usize>v << 4), outputs - 4 * v);
      for (; v < vectors; v++) vectors1(from, taps, last, run, w + (<usize>v << 4), step, bias + (<usize>v << 4), to + (<usize>v << 4), outputs - 4 * v);
    }
  }
}

function columns4vectors2(x: usize, xColumn: usize, taps: usize, last: usize, run: usize, k: usize, step: usize, bias: usize, y: usize, yColumn: usize, lanes: i32): void {
  let a = v128.load(bias), b = v128.load(bias, 16), c = a, d = b, e = a, f = b, g = a, h = b;
  for (; taps < last; taps += 4) {
    let at = x + <usize>load<i32>(taps);
    for (const end = at + run; at < end; at += 4, k += step) {
      const left = v128.load(k), right = v128.load(k, 16);
      let v = v128.load32_splat(at);
      a = f32x4.add(a, f32x4.mul(v, left)); b = f32x4.add(b, f32x4.mul(v, right));
      v = v128.load32_splat(at + xColumn);
      c = f32x4.add(c, f32x4.mul(v, left)); d = f32x4.add(d, f32x4.mul(v, right));
      v = v128.load32_splat(at + 2 * xColumn);
      e = f32x4.add(e, f32x4.mul(v, left)); f = f32x4.add(f, f32x4.mul(v, right));
      v = v128.load32_splat(at + 3 * xColumn);
      g = f32x4.add(g, f32x4.mul(v, left)); h = f32x4.add(h, f32x4.mul(v, right));
    }
  }
  v128.store(y, a); put(y + 16, b, lanes - 4); y += yColumn;
  v128.store(y, c); put(y + 16, d, lanes - 4); y += yColumn;
  v128.store(y, e); put(y + 16, f, lanes - 4); y += yColumn;
  v128.store(y, g); put(y + 16, h, lanes - 4);
}

function columns4(x: usize, xColumn: usize, taps: usize, last: usize, run: usize, k: usize, bias: usize, y: usize, yColumn: usize, lanes: i32): void {
  let a = v128.load(bias), b = a, c = a, d = a;
  for (; taps < last; taps += 4) {
    let at = x + <usize>load<i32>(taps);
    for (const end = at + run; at < end; at += 4, k += 16) {
      const w = v128.load(k);
      a = f32x4.add(a, f32x4.mul(v128.load32_splat(at), w));
      b = f32x4.add(b, f32x4.mul(v128.load32_splat(at + xColumn), w));
      c = f32x4.add(c, f32x4.mul(v128.load32_splat(at + 2 * xColumn), w));
      d = f32x4.add(d, f32x4.mul(v128.load32_splat(at + 3 * xColumn), w));
    }
  }
  put(y, a, lanes); put(y + yColumn, b, lanes); put(y + 2 * yColumn, c, lanes); put(y + 3 * yColumn, d, lanes);
}

function vectors4(x: usize, taps: usize, last: usize, run: usize, k: usize, step: usize, bias: usize, y: usize, lanes: i32): void {
  let a = v128.load(bias), b = v128.load(bias, 16), c = v128.load(bias, 32), d = v128.load(bias, 48);
  for (; taps < last; taps += 4) {
    let at = x + <usize>load<i32>(taps);
    for (const end = at + run; at < end; at += 4, k += step) {
      const v = v128.load32_splat(at);
      a = f32x4.add(a, f32x4.mul(v, v128.load(k))); b = f32x4.add(b, f32x4.mul(v, v128.load(k, 16)));
      c = f32x4.add(c, f32x4.mul(v, v128.load(k, 32))); d = f32x4.add(d, f32x4.mul(v, v128.load(k, 48)));
    }
  }
  v128.store(y, a); v128.store(y, b, 16); v128.store(y, c, 32); put(y + 48, d, lanes - 12);
}

function vectors1(x: usize, taps: usize, last: usize, run: usize, k: usize, step: usize, bias: usize, y: usize, lanes: i32): void {
  let a = v128.load(bias);
  for (; taps < last; taps += 4) {
    let at = x + <usize>load<i32>(taps);
    for (const end = at + run; at < end; at += 4, k += step) a = f32x4.add(a, f32x4.mul(v128.load32_splat(at), v128.load(k)));
  }
  put(y, a, lanes);
}

// 2 single: as convolve, with one output: along the run, four numbers at a time.
function single(at: usize): void {
  const taps = <usize>word(at, 3), last = taps + (<usize>word(at, 4) << 2), run = word(at, 5);
  const whole = <usize>(run & ~3) << 2, rest = <usize>run << 2, bias = load<f32>(<usize>word(at, 7));
  for (let r = 0; r < word(at, 9); r++) {
    let x = <usize>(word(at, 2) + r * word(at, 11)), y = <usize>(word(at, 8) + r * word(at, 13));
    const w = <usize>(word(at, 6) + r * word(at, 15));
    for (let s = 0; s < word(at, 10); s++, x += <usize>word(at, 12), y += <usize>word(at, 14)) {
      let sum = splat(0), odd = bias, k = w;
      for (let t = taps; t < last; t += 4) {
        let from = x + <usize>load<i32>(t);
        const middle = from + whole, end = from + rest;
        for (; from < middle; from += 16, k += 16) sum = f32x4.add(sum, f32x4.mul(v128.load(from), v128.load(k)));
        for (; from < end; from += 4, k += 4) odd += load<f32>(from) * load<f32>(k);
      }
      store<f32>(y, odd + across(sum));
    }
  }
}

// 3 channelwise: kind, x, taps, number of taps, w, bias, y, rows, columns, steps of x by row and by
// column, of y by row and by column, channels. Each channel by itself, over its taps: 0 the largest
// number, 1 the sum weighted by w(tap, channel), plus bias.
function channelwise(at: usize): void {
  const kind = word(at, 2), taps = <usize>word(at, 4), last = taps + (<usize>word(at, 5) << 2);
  const w = <usize>word(at, 6), bias = <usize>word(at, 7), channels = word(at, 15), step = <usize>((channels + 3) & ~3) << 2;
  for (let r = 0; r < word(at, 9); r++) {
    let x = <usize>(word(at, 3) + r * word(at, 11)), y = <usize>(word(at, 8) + r * word(at, 13));
    for (let s = 0; s < word(at, 10); s++, x += <usize>word(at, 12), y += <usize>word(at, 14)) {
      for (let c = 0; c < channels; c += 4) {
        const here = <usize>c << 2;
        let v = kind ? v128.load(bias + here) : splat(-Infinity), k = w + here;
        for (let t = taps; t < last; t += 4, k += step) {
          const u = v128.load(x + <usize>load<i32>(t) + here);
          v = kind ? f32x4.add(v, f32x4.mul(u, v128.load(k))) : f32x4.pmax(v, u);
        }
        put(y + here, v, channels - c);
      }
    }
  }
}

// @ts-ignore: decorator
@inline function apply(f: i32, v: v128, a: v128, b: v128, c: v128): v128 {
  switch (f) {
    case 0: return f32x4.pmax(v, splat(0)); // relu
    case 1: return f32x4.mul(v, logistic(v)); // silu
    case 2: return logistic(v); // sigmoid
    case 3: return tanh(v);
    case 4: return exponential(v);
    case 5: return f32x4.mul(f32x4.mul(splat(0.5), v), f32x4.add(splat(1), erf(f32x4.mul(v, splat(0.70710678))))); // gelu
    case 6: { // gelu_tanh
      const inner = f32x4.add(v, f32x4.mul(splat(0.044715), f32x4.mul(v, f32x4.mul(v, v))));
      return f32x4.mul(f32x4.mul(splat(0.5), v), f32x4.add(splat(1), tanh(f32x4.mul(splat(0.79788456), inner))));
    }
    case 7: return v128.bitselect(v, f32x4.mul(v, a), f32x4.gt(v, splat(0))); // leaky_relu
    case 8: { // elu: b v above 0, a (exp(c v) - 1) below
      const below = f32x4.mul(a, f32x4.sub(exp(f32x4.mul(v, c)), splat(1)));
      return v128.bitselect(f32x4.mul(v, b), below, f32x4.gt(v, splat(0)));
    }
    case 9: return erf(v);
    case 10: return log(v);
    case 11: { // softplus: a v above b is v
      const scaled = f32x4.mul(v, a);
      return v128.bitselect(v, f32x4.div(softplus(scaled), a), f32x4.gt(scaled, b));
    }
    case 12: return f32x4.mul(v, tanh(softplus(v))); // mish
    case 13: return f32x4.sqrt(v);
    case 14: return sine(v, 0);
    case 15: return sine(v, 1); // cosine
    case 16: return f32x4.abs(v);
    case 17: return f32x4.floor(v);
    default: return f32x4.pmin(f32x4.pmax(v, a), b); // clamp
  }
}

// @ts-ignore: decorator
@inline function each(f: i32, at: usize): void {
  const a = v128.load32_splat(at, 24), b = v128.load32_splat(at, 28), c = v128.load32_splat(at, 32);
  let x = <usize>word(at, 3), y = <usize>word(at, 4);
  for (const end = x + (<usize>word(at, 5) << 2); x < end; x += 16, y += 16) v128.store(y, apply(f, v128.load(x), a, b, c));
}

// 4 map: which function, x, y, how many, and up to three numbers of the function.
function map(at: usize): void {
  switch (word(at, 2)) { // a loop of their own for the frequent ones
    case 0: each(0, at); break;
    case 1: each(1, at); break;
    case 2: each(2, at); break;
    case 5: each(5, at); break;
    case 7: each(7, at); break;
    default: each(word(at, 2), at);
  }
}

// @ts-ignore: decorator
@inline function both(f: i32, a: v128, b: v128): v128 {
  switch (f) {
    case 0: return f32x4.add(a, b);
    case 1: return f32x4.mul(a, b);
    case 2: return f32x4.sub(a, b);
    case 3: return f32x4.div(a, b);
    case 4: return f32x4.pmax(a, b);
    case 5: return f32x4.pmin(a, b);
    case 6: return power(a, b);
    case 7: return v128.and(f32x4.gt(a, b), splat(1));
    case 8: return v128.and(f32x4.ge(a, b), splat(1));
    case 9: return v128.and(f32x4.eq(a, b), splat(1));
    default: return v128.and(f32x4.ne(a, b), splat(1));
  }
}

// @ts-ignore: decorator
@inline function pairs(f: i32, at: usize): void {
  const n = <usize>word(at, 8) << 2, step = word(at, 9), single = word(at, 10), swap = word(at, 11);
  let a = <usize>word(at, 3), y = <usize>word(at, 5);
  for (let i = 0; i < word(at, 6); i++) {
    for (let j = 0, b = <usize>word(at, 4); j < word(at, 7); j++, b += step) {
      const one = v128.load32_splat(b);
      for (let k: usize = 0; k < n; k += 16) {
        const u = v128.load(a + k), v = single ? one : v128.load(b + k);
        v128.store(y + k, swap ? both(f, v, u) : both(f, u, v));
      }
      a += n;
      y += n;
    }
  }
}

// 5 binary: which function, a, b, y, times, rows, numbers in a row, step of b by row, whether a row
// takes one number of b, whether b comes first. b begins anew each time; y is not a unless the rows
// are multiples of 4 or there is one.
function binary(at: usize): void {
  switch (word(at, 2)) {
    case 0: pairs(0, at); break;
    case 1: pairs(1, at); break;
    default: pairs(word(at, 2), at);
  }
}

// 6 affine: x, scale, shift, y, times, rows, numbers in a row, step of scale and shift by row,
// whether a row takes one number of them. x scale + shift.
function affine(at: usize): void {
  const n = <usize>word(at, 8) << 2, single = word(at, 10);
  let x = <usize>word(at, 2), y = <usize>word(at, 5);
  for (let i = 0; i < word(at, 6); i++) {
    let s = <usize>word(at, 3), t = <usize>word(at, 4);
    for (let j = 0; j < word(at, 7); j++, s += <usize>word(at, 9), t += <usize>word(at, 9), x += n, y += n) {
      const scale = v128.load32_splat(s), shift = v128.load32_splat(t);
      if (single) for (let k: usize = 0; k < n; k += 16) v128.store(y + k, f32x4.add(f32x4.mul(v128.load(x + k), scale), shift));
      else for (let k: usize = 0; k < n; k += 16) v128.store(y + k, f32x4.add(f32x4.mul(v128.load(x + k), v128.load(s + k)), v128.load(t + k)));
    }
  }
}

// 7 copy: x, y, sizes of five axes, steps of x, steps of y.
function copy(at: usize): void {
  const n = word(at, 8), step = <usize>word(at, 13), gap = <usize>word(at, 18), bytes = <usize>n << 2;
  const whole = step == 4 && gap == 4;
  for (let i = 0; i < word(at, 4); i++) {
    for (let j = 0; j < word(at, 5); j++) {
      for (let k = 0; k < word(at, 6); k++) {
        let x = <usize>(word(at, 2) + i * word(at, 9) + j * word(at, 10) + k * word(at, 11));
        let y = <usize>(word(at, 3) + i * word(at, 14) + j * word(at, 15) + k * word(at, 16));
        for (let l = 0; l < word(at, 7); l++, x += <usize>word(at, 12), y += <usize>word(at, 17)) {
          if (whole && n >= 16) { memory.copy(y, x, bytes); continue; }
          for (let m = 0, from = x, to = y; m < n; m++, from += step, to += gap) store<f32>(to, load<f32>(from));
        }
      }
    }
  }
}

// 8 take: x, y, table, its length, times, numbers of x at a time, numbers at each place, filling.
// The places of y, in turn, are those of x that the table names, filling where it says -1.
function take(at: usize): void {
  const table = <usize>word(at, 4), last = table + (<usize>word(at, 5) << 2), n = <usize>word(at, 8) << 2;
  let x = <usize>word(at, 2), y = <usize>word(at, 3);
  for (let i = 0; i < word(at, 6); i++, x += <usize>word(at, 7) << 2) {
    for (let t = table; t < last; t += 4, y += n) {
      const place = load<i32>(t), from = x + <usize>place * n;
      if (place < 0) for (let k: usize = 0; k < n; k += 4) store<f32>(y + k, real(at, 9));
      else for (let k: usize = 0; k < n; k += 4) store<f32>(y + k, load<f32>(from + k));
    }
  }
}

// 9 normalise: x, y, rows, step by row, runs of a row, step by run, numbers in a run, eps. Each row
// gets mean 0 and variance 1.
function normalise(at: usize): void {
  const runs = word(at, 6), step = <usize>word(at, 7), n = word(at, 8), whole = <usize>(n & ~3) << 2, all = <usize>n << 2;
  const count = <f32>(runs * n);
  for (let r = 0; r < word(at, 4); r++) {
    const x = <usize>(word(at, 2) + r * word(at, 5)), y = <usize>(word(at, 3) + r * word(at, 5));
    let sum = splat(0), odd: f32 = 0;
    for (let i = 0, a = x; i < runs; i++, a += step) {
      let j: usize = 0;
      for (; j < whole; j += 16) sum = f32x4.add(sum, v128.load(a + j));
      for (; j < all; j += 4) odd += load<f32>(a + j);
    }
    const mean = (odd + across(sum)) / count, middle = splat(mean);
    sum = splat(0); odd = 0;
    for (let i = 0, a = x; i < runs; i++, a += step) {
      let j: usize = 0;
      for (; j < whole; j += 16) { const d = f32x4.sub(v128.load(a + j), middle); sum = f32x4.add(sum, f32x4.mul(d, d)); }
      for (; j < all; j += 4) { const d = load<f32>(a + j) - mean; odd += d * d; }
    }
    const unit: f32 = 1 / sqrt<f32>((odd + across(sum)) / count + real(at, 9)), scale = splat(unit);
    for (let i = 0, a = x, b = y; i < runs; i++, a += step, b += step) {
      let j: usize = 0;
      for (; j < whole; j += 16) v128.store(b + j, f32x4.mul(f32x4.sub(v128.load(a + j), middle), scale));
      for (; j < all; j += 4) store<f32>(b + j, (load<f32>(a + j) - mean) * unit);
    }
  }
}

// @ts-ignore: decorator
@inline function exp1(v: f32): f32 { return f32x4.extract_lane(exponential(splat(v)), 0); }

// 10 softmax: x, y, rows, numbers in a row.
function softmax(at: usize): void {
  const bytes = <usize>word(at, 5) << 2;
  let x = <usize>word(at, 2), y = <usize>word(at, 3);
  for (let r = 0; r < word(at, 4); r++, x += bytes, y += bytes) {
    let most: f32 = -Infinity, sum: f32 = 0;
    for (let j: usize = 0; j < bytes; j += 4) { const v = load<f32>(x + j); most = v > most ? v : most; }
    for (let j: usize = 0; j < bytes; j += 4) { const e = exp1(load<f32>(x + j) - most); store<f32>(y + j, e); sum += e; }
    for (let j: usize = 0; j < bytes; j += 4) store<f32>(y + j, load<f32>(y + j) / sum);
  }
}

// 11 reduce: whether the largest in place of the sum, x, y, times, numbers summed, numbers side by
// side.
function reduce(at: usize): void {
  const most = word(at, 2), n = word(at, 6), side = word(at, 7), step = <usize>side << 2;
  for (let i = 0; i < word(at, 5); i++) {
    for (let j = 0; j < side; j += 4) {
      let x = <usize>word(at, 3) + (<usize>(i * n * side + j) << 2), v = v128.load(x);
      for (let k = 1; k < n; k++) {
        x += step;
        const u = v128.load(x);
        v = most ? f32x4.pmax(v, u) : f32x4.add(v, u);
      }
      put(<usize>word(at, 4) + (<usize>(i * side + j) << 2), v, side - j);
    }
  }
}

// 12 choose: condition, a, b, y, how many. a where the condition is not 0, b elsewhere.
function choose(at: usize): void {
  let c = <usize>word(at, 2), a = <usize>word(at, 3), b = <usize>word(at, 4), y = <usize>word(at, 5);
  for (const end = c + (<usize>word(at, 6) << 2); c < end; c += 16, a += 16, b += 16, y += 16) {
    v128.store(y, v128.bitselect(v128.load(a), v128.load(b), f32x4.ne(v128.load(c), splat(0))));
  }
}

// 13 fill: y, how many, value.
function fill(at: usize): void {
  const v = v128.load32_splat(at, 16);
  let y = <usize>word(at, 2);
  for (const end = y + (<usize>word(at, 3) << 2); y < end; y += 16) v128.store(y, v);
}
