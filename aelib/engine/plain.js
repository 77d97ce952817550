// The twin of kernels/kernels.ts for browsers that refuse WebAssembly: the same instructions on the
// same memory, the same sums in the same order, each rounded to 32 bits, so the same numbers.
const f = Math.fround;
const EXP = Float32Array.of(1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1);
const TANH = Float32Array.of(-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1);
const ERF_ABOVE = Float32Array.of(
  -2.72614225801306e-10, 2.77068142495902e-8, -2.10102402082508e-6, -5.69250639462346e-5,
  -7.34990630326855e-4, -2.95459980854025e-3, -1.60960333262415e-2,
);
const ERF_BELOW = Float32Array.of(
  -1.45660718464996e-5, -2.13374055278905e-4, -1.68282697438203e-3, -7.37332916720468e-3, -1.42647390514189e-2,
);
const LOG = Float32Array.of(
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
);
const COSINE = Float32Array.of(2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2);
const SINE = Float32Array.of(-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1);
const [LOG2E, LN2, LN2_REST] = Float32Array.of(1.44269504, 0.693359375, -2.1219444e-4);
const [OCTANTS, PART1, PART2, PART3] = Float32Array.of(1.27323954, 0.78515625, 2.4187564849853515625e-4, 3.77489497744594108e-8);
const [ROOT_HALF, SMALLEST, CUBIC, ROOT_2_PI] = Float32Array.of(0.70710678, 1.1754944e-38, 0.044715, 0.79788456);
const REAL = new Float32Array(1);
const AS_BITS = new Int32Array(REAL.buffer);

function polynomial(c, x) {
  let p = c[0];
  for (let i = 1; i < c.length; i++) p = f(f(p * x) + c[i]);
  return p;
}

// v where it lies between the ends, else an end; NaN stays NaN.
export function between(v, low, high) {
  const most = v < low ? low : v;
  return high < most ? high : most;
}

export function exp(x) {
  const v = between(x, -87, 87);
  const n = f(f(f(v * LOG2E) + 12582912) - 12582912);
  const r = f(f(v - f(n * LN2)) - f(n * LN2_REST));
  AS_BITS[0] = (n + 127) << 23;
  return f(f(f(f(f(polynomial(EXP, r) * r) * r) + r) + 1) * REAL[0]);
}

const exponential = (x) => (x > 87 ? Infinity : x < -87 ? 0 : exp(x));

export const logistic = (v) => f(1 / f(1 + exp(-v)));

export function tanh(v) {
  const size = Math.abs(v);
  if (size < 0.625) {
    const s = f(v * v);
    return f(f(f(polynomial(TANH, s) * s) * v) + v);
  }
  const far = f(1 - f(2 / f(exp(f(size + size)) + 1)));
  return v < 0 ? -far : far;
}

function erf(x) {
  const v = between(x, -4, 4);
  const s = f(v * v);
  return f(f(polynomial(ERF_ABOVE, s) * v) / polynomial(ERF_BELOW, s));
}

export function log(v) {
  if (!(v < Infinity)) return v;
  if (v < SMALLEST) return v < 0 ? NaN : -Infinity;
  REAL[0] = v;
  let n = (AS_BITS[0] >> 23) - 126;
  AS_BITS[0] = (AS_BITS[0] & 0x007fffff) | 0x3f000000;
  let m = REAL[0];
  if (m < f(0.707106781)) {
    n -= 1;
    m = f(m + m);
  }
  m = f(m - 1);
  const s = f(m * m);
  const p = f(f(f(polynomial(LOG, m) * m) * s) + f(n * LN2_REST));
  return f(f(m + f(p - f(0.5 * s))) + f(n * LN2));
}

function log1p(v) {
  const u = f(v + 1);
  const d = f(u - 1);
  return d === 0 ? v : f(f(log(u) * v) / d);
}

const softplus = (v) => f(between(v, 0, Infinity) + log1p(exp(-Math.abs(v))));

export function sine(v, shift) {
  const size = Math.abs(v);
  const n = (Math.trunc(f(size * OCTANTS)) + 1) & ~1;
  const x = f(f(f(size - f(n * PART1)) - f(n * PART2)) - f(n * PART3));
  const s = f(x * x);
  const octant = n + 2 * shift;
  let y;
  if (octant & 2) y = f(f(f(f(polynomial(COSINE, s) * s) * s) - f(0.5 * s)) + 1);
  else y = f(f(f(polynomial(SINE, s) * s) * x) + x);
  const turned = ((octant & 4) !== 0) !== (!shift && v < 0);
  return turned ? -y : y;
}

function power(a, b) {
  if (b === 0) return 1;
  if (a === 0) return b > 0 ? 0 : Infinity;
  const y = exponential(f(b * log(Math.abs(a))));
  if (!(a < 0)) return y;
  if (!Number.isInteger(b)) return NaN;
  return b % 2 ? -y : y;
}

// a, b and c are the numbers that belong to the function.
const MAPS = [
  (v) => (v < 0 ? 0 : v), // relu
  (v) => f(v * logistic(v)), // silu
  logistic, // sigmoid
  tanh,
  exponential, // exp
  (v) => f(f(0.5 * v) * f(1 + erf(f(v * ROOT_HALF)))), // gelu
  (v) => f(f(0.5 * v) * f(1 + tanh(f(ROOT_2_PI * f(v + f(CUBIC * f(v * f(v * v)))))))), // gelu_tanh
  (v, a) => (v > 0 ? v : f(v * a)), // leaky_relu
  (v, a, b, c) => (v > 0 ? f(v * b) : f(a * f(exp(f(v * c)) - 1))), // elu
  erf,
  log,
  (v, a, b) => (f(v * a) > b ? v : f(softplus(f(v * a)) / a)), // softplus
  (v) => f(v * tanh(softplus(v))), // mish
  (v) => f(Math.sqrt(v)),
  (v) => sine(v, 0),
  (v) => sine(v, 1),
  Math.abs,
  Math.floor,
  between, // clamp
];

const PAIRS = [
  (a, b) => f(a + b),
  (a, b) => f(a * b),
  (a, b) => f(a - b),
  (a, b) => f(a / b),
  (a, b) => (a < b ? b : a),
  (a, b) => (b < a ? b : a),
  power,
  (a, b) => +(a > b),
  (a, b) => +(a >= b),
  (a, b) => +(a === b),
  (a, b) => +(a !== b),
];

// The functions of kernels.ts in its order; what follows `at` in an instruction is told there.
// Addresses are in bytes, hence the many >> 2.
export function plain(buffer) {
  const F = new Float32Array(buffer);
  const I = new Int32Array(buffer);

  function linear(at) {
    let x = I[at + 2] >> 2;
    let w = I[at + 3] >> 2;
    const y = I[at + 5] >> 2;
    const [inputs, row] = [I[at + 6], I[at + 7]];
    F.copyWithin(y, I[at + 4] >> 2, (I[at + 4] >> 2) + row);
    let i = 0;
    for (; i + 8 <= inputs; i += 8, x += 8) {
      const a = F[x], b = F[x + 1], c = F[x + 2], d = F[x + 3], e = F[x + 4], g = F[x + 5], h = F[x + 6], l = F[x + 7];
      if (a === 0 && b === 0 && c === 0 && d === 0 && e === 0 && g === 0 && h === 0 && l === 0) {
        w += 8 * row;
        continue;
      }
      for (let o = y, k = w; o < y + row; o++, k += o & 3 ? 1 : 29) {
        const left = f(f(f(a * F[k]) + f(b * F[k + 4])) + f(f(c * F[k + 8]) + f(d * F[k + 12])));
        const right = f(f(f(e * F[k + 16]) + f(g * F[k + 20])) + f(f(h * F[k + 24]) + f(l * F[k + 28])));
        F[o] = f(F[o] + f(left + right));
      }
      w += 8 * row;
    }
    for (; i < inputs; i++, x++) {
      const v = F[x];
      for (let o = y; o < y + row; o++, w++) F[o] = f(F[o] + f(v * F[w]));
    }
  }

  function convolve(at) {
    const taps = I[at + 3] >> 2;
    const [last, run, outputs] = [taps + I[at + 4], I[at + 5], I[at + 16]];
    const [bias, step] = [I[at + 7] >> 2, (outputs + 3) & ~3];
    for (let r = 0; r < I[at + 9]; r++) {
      let x = (I[at + 2] + r * I[at + 11]) >> 2;
      let y = (I[at + 8] + r * I[at + 13]) >> 2;
      const w = (I[at + 6] + r * I[at + 15]) >> 2;
      for (let s = 0; s < I[at + 10]; s++, x += I[at + 12] >> 2, y += I[at + 14] >> 2) {
        F.copyWithin(y, bias, bias + outputs);
        for (let t = taps, k = w; t < last; t++) {
          const from = x + (I[t] >> 2);
          for (let i = from; i < from + run; i++, k += step) {
            const v = F[i];
            if (v === 0) continue;
            for (let o = y, j = k; o < y + outputs; o++, j++) F[o] = f(F[o] + f(v * F[j]));
          }
        }
      }
    }
  }

  function single(at) {
    const taps = I[at + 3] >> 2;
    const [last, run, bias] = [taps + I[at + 4], I[at + 5], F[I[at + 7] >> 2]];
    for (let r = 0; r < I[at + 9]; r++) {
      let x = (I[at + 2] + r * I[at + 11]) >> 2;
      let y = (I[at + 8] + r * I[at + 13]) >> 2;
      const w = (I[at + 6] + r * I[at + 15]) >> 2;
      for (let s = 0; s < I[at + 10]; s++, x += I[at + 12] >> 2, y += I[at + 14] >> 2) {
        let [a, b, c, d, odd] = [0, 0, 0, 0, bias];
        for (let t = taps, k = w; t < last; t++) {
          let from = x + (I[t] >> 2);
          const [middle, end] = [from + (run & ~3), from + run];
          for (; from < middle; from += 4, k += 4) {
            a = f(a + f(F[from] * F[k]));
            b = f(b + f(F[from + 1] * F[k + 1]));
            c = f(c + f(F[from + 2] * F[k + 2]));
            d = f(d + f(F[from + 3] * F[k + 3]));
          }
          for (; from < end; from++, k++) odd = f(odd + f(F[from] * F[k]));
        }
        F[y] = f(odd + f(f(a + b) + f(c + d)));
      }
    }
  }

  function channelwise(at) {
    const kind = I[at + 2];
    const taps = I[at + 4] >> 2;
    const [last, w, bias] = [taps + I[at + 5], I[at + 6] >> 2, I[at + 7] >> 2];
    const channels = I[at + 15];
    const step = (channels + 3) & ~3;
    for (let r = 0; r < I[at + 9]; r++) {
      let x = (I[at + 3] + r * I[at + 11]) >> 2;
      let y = (I[at + 8] + r * I[at + 13]) >> 2;
      for (let s = 0; s < I[at + 10]; s++, x += I[at + 12] >> 2, y += I[at + 14] >> 2) {
        for (let c = 0; c < channels; c++) {
          let v = kind ? F[bias + c] : -Infinity;
          for (let t = taps, k = w + c; t < last; t++, k += step) {
            const u = F[x + (I[t] >> 2) + c];
            v = kind ? f(v + f(u * F[k])) : v < u ? u : v;
          }
          F[y + c] = v;
        }
      }
    }
  }

  function map(at) {
    const call = MAPS[I[at + 2]];
    const [a, b, c] = [F[at + 6], F[at + 7], F[at + 8]];
    let x = I[at + 3] >> 2;
    let y = I[at + 4] >> 2;
    for (const end = x + I[at + 5]; x < end; x++, y++) F[y] = call(F[x], a, b, c);
  }

  function binary(at) {
    const call = PAIRS[I[at + 2]];
    const [n, step, single, swap] = [I[at + 8], I[at + 9] >> 2, I[at + 10], I[at + 11]];
    let a = I[at + 3] >> 2;
    let y = I[at + 5] >> 2;
    for (let i = 0; i < I[at + 6]; i++) {
      for (let j = 0, b = I[at + 4] >> 2; j < I[at + 7]; j++, b += step) {
        for (let k = 0; k < n; k++, a++, y++) {
          const other = F[single ? b : b + k];
          F[y] = swap ? call(other, F[a]) : call(F[a], other);
        }
      }
    }
  }

  function affine(at) {
    const [n, step, single] = [I[at + 8], I[at + 9] >> 2, I[at + 10]];
    let x = I[at + 2] >> 2;
    let y = I[at + 5] >> 2;
    for (let i = 0; i < I[at + 6]; i++) {
      let s = I[at + 3] >> 2;
      let t = I[at + 4] >> 2;
      for (let j = 0; j < I[at + 7]; j++, s += step, t += step) {
        for (let k = 0; k < n; k++, x++, y++) {
          const place = single ? 0 : k;
          F[y] = f(f(F[x] * F[s + place]) + F[t + place]);
        }
      }
    }
  }

  function copy(at) {
    const [n, step, gap] = [I[at + 8], I[at + 13] >> 2, I[at + 18] >> 2];
    for (let i = 0; i < I[at + 4]; i++) {
      for (let j = 0; j < I[at + 5]; j++) {
        for (let k = 0; k < I[at + 6]; k++) {
          let x = (I[at + 2] + i * I[at + 9] + j * I[at + 10] + k * I[at + 11]) >> 2;
          let y = (I[at + 3] + i * I[at + 14] + j * I[at + 15] + k * I[at + 16]) >> 2;
          for (let l = 0; l < I[at + 7]; l++, x += I[at + 12] >> 2, y += I[at + 17] >> 2) {
            for (let m = 0, from = x, to = y; m < n; m++, from += step, to += gap) F[to] = F[from];
          }
        }
      }
    }
  }

  function take(at) {
    const table = I[at + 4] >> 2;
    const [last, n, filling] = [table + I[at + 5], I[at + 8], F[at + 9]];
    let x = I[at + 2] >> 2;
    let y = I[at + 3] >> 2;
    for (let i = 0; i < I[at + 6]; i++, x += I[at + 7]) {
      for (let t = table; t < last; t++) {
        const place = I[t];
        for (let k = 0; k < n; k++, y++) F[y] = place < 0 ? filling : F[x + place * n + k];
      }
    }
  }

  function normalise(at) {
    const [runs, step, n] = [I[at + 6], I[at + 7] >> 2, I[at + 8]];
    const [whole, count] = [n & ~3, f(runs * n)];
    // The sum of g(number) over a row, in the order of kernels.ts.
    const sum = (row, g) => {
      let [a, b, c, d, odd] = [0, 0, 0, 0, 0];
      for (let i = 0, x = row; i < runs; i++, x += step) {
        let j = x;
        for (; j < x + whole; j += 4) {
          a = f(a + g(F[j]));
          b = f(b + g(F[j + 1]));
          c = f(c + g(F[j + 2]));
          d = f(d + g(F[j + 3]));
        }
        for (; j < x + n; j++) odd = f(odd + g(F[j]));
      }
      return f(odd + f(f(a + b) + f(c + d)));
    };
    const square = (v) => f(v * v);
    for (let r = 0; r < I[at + 4]; r++) {
      const x = (I[at + 2] + r * I[at + 5]) >> 2;
      const y = (I[at + 3] + r * I[at + 5]) >> 2;
      const mean = f(sum(x, (v) => v) / count);
      const variance = f(sum(x, (v) => square(f(v - mean))) / count);
      const unit = f(1 / f(Math.sqrt(f(variance + F[at + 9]))));
      for (let i = 0; i < runs; i++) {
        for (let j = i * step; j < i * step + n; j++) F[y + j] = f(f(F[x + j] - mean) * unit);
      }
    }
  }

  function softmax(at) {
    const n = I[at + 5];
    let x = I[at + 2] >> 2;
    let y = I[at + 3] >> 2;
    for (let r = 0; r < I[at + 4]; r++, x += n, y += n) {
      let [most, sum] = [-Infinity, 0];
      for (let j = 0; j < n; j++) if (F[x + j] > most) most = F[x + j];
      for (let j = 0; j < n; j++) sum = f(sum + (F[y + j] = exponential(f(F[x + j] - most))));
      for (let j = 0; j < n; j++) F[y + j] = f(F[y + j] / sum);
    }
  }

  function reduce(at) {
    const [most, times, n, side] = [I[at + 2], I[at + 5], I[at + 6], I[at + 7]];
    for (let i = 0, y = I[at + 4] >> 2; i < times; i++) {
      for (let j = 0; j < side; j++, y++) {
        let x = (I[at + 3] >> 2) + i * n * side + j;
        let v = F[x];
        for (let k = 1; k < n; k++) {
          x += side;
          v = most ? (v < F[x] ? F[x] : v) : f(v + F[x]);
        }
        F[y] = v;
      }
    }
  }

  function choose(at) {
    const [c, a, b, y] = [2, 3, 4, 5].map((i) => I[at + i] >> 2);
    for (let i = 0; i < I[at + 6]; i++) F[y + i] = F[c + i] !== 0 ? F[a + i] : F[b + i];
  }

  const fill = (at) => F.fill(F[at + 4], I[at + 2] >> 2, (I[at + 2] >> 2) + I[at + 3]);

  const calls = [linear, convolve, single, channelwise, map, binary, affine, copy, take, normalise, softmax, reduce, choose, fill];
  return function run(begin, end) {
    for (let at = begin >> 2; at < end >> 2; at += I[at + 1] >> 2) calls[I[at]](at);
  };
}
