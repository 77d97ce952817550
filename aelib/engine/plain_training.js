// The twin of kernels/training.ts for browsers that refuse WebAssembly: the same sums in the same
// order, each rounded to 32 bits, so the same numbers.
import { between, exp, log, logistic, sine, tanh } from "./plain.js";

const f = Math.fround;

function mix(x) {
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return x ^ (x >>> 15);
}

const uniform = (key, count) => ((mix(mix(count) ^ key) >>> 8) + 1) / 2 ** 24;

const BENDS = [null, (v) => (v < 0 ? 0 : v), (v) => f(v * logistic(v)), tanh, logistic];

const SLOPES = [
  null,
  null,
  (v) => {
    const s = logistic(v);
    return f(s * f(1 + f(v * f(1 - s))));
  },
  (_, y) => f(1 - f(y * y)),
];

// Four sums side by side, as a vector adds them.
function rowSums(rows, columns, out, term) {
  for (let i = 0, at = 0; i < rows; i++) {
    let [a, b, c, d] = [0, 0, 0, 0];
    for (const end = at + columns; at < end; at += 4) {
      a = f(a + term(at));
      b = f(b + term(at + 1));
      c = f(c + term(at + 2));
      d = f(d + term(at + 3));
    }
    out[i] = f(f(a + b) + f(c + d));
  }
}

// The functions of training.ts; addresses are in bytes, hence the many >> 2.
export function plainTraining(buffer) {
  const F = new Float32Array(buffer);
  const I = new Int32Array(buffer);
  const B = new Uint8Array(buffer);

  function multiply(a, b, c, rows, inner, columns, bias) {
    let [x, y] = [a >> 2, c >> 2];
    for (let i = 0; i < rows; i++, y += columns) {
      const end = y + columns;
      if (bias) F.copyWithin(y, bias >> 2, (bias >> 2) + columns);
      else F.fill(0, y, end);
      for (let k = 0, w = b >> 2; k < inner; k += 4, x += 4, w += 4 * columns) {
        const [p, q, r, s] = [F[x], F[x + 1], F[x + 2], F[x + 3]];
        if (p === 0 && q === 0 && r === 0 && s === 0) continue; // paper
        for (let o = y, j = w; o < end; o++, j++) {
          const two = f(f(F[o] + f(p * F[j])) + f(q * F[j + columns]));
          F[o] = f(f(two + f(r * F[j + 2 * columns])) + f(s * F[j + 3 * columns]));
        }
      }
    }
  }

  function transpose(a, t, rows, columns) {
    for (let i = 0, p = a >> 2; i < rows; i++) {
      for (let j = 0, o = (t >> 2) + i; j < columns; j++, p++, o += rows) F[o] = F[p];
    }
  }

  function columnSums(d, g, rows, columns) {
    const [from, to] = [d >> 2, g >> 2];
    F.fill(0, to, to + columns);
    for (let i = 0, p = from; i < rows; i++) for (let j = 0; j < columns; j++, p++) F[to + j] = f(F[to + j] + F[p]);
  }

  const clear = (at, n) => F.fill(0, at >> 2, (at >> 2) + n);

  function bend(kind, x, y, n) {
    const call = BENDS[kind];
    for (let i = x >> 2, o = y >> 2, end = i + n; i < end; i++, o++) F[o] = call(F[i]);
  }

  function bendBack(kind, x, y, d, n) {
    const slope = SLOPES[kind];
    for (let i = 0, a = x >> 2, b = y >> 2, g = d >> 2; i < n; i++, a++, b++, g++) {
      if (slope) F[g] = f(F[g] * slope(F[a], F[b]));
      else if (!(F[a] > 0)) F[g] = 0;
    }
  }

  function lossBack(kind, y, target, d, n, scale) {
    const k = kind === 2 ? f(scale) : f(2 * f(scale));
    for (let i = 0, a = y >> 2, b = target >> 2, g = d >> 2; i < n; i++, a++, b++, g++) {
      const v = F[a];
      const miss = f(f(v - F[b]) * k);
      F[g] = kind === 1 ? f(miss * f(v * f(1 - v))) : miss;
    }
  }

  function rowErrors(y, target, out, rows, columns) {
    const [a, b] = [F.subarray(y >> 2), F.subarray(target >> 2)];
    rowSums(rows, columns, F.subarray(out >> 2), (i) => {
      const miss = f(a[i] - b[i]);
      return f(miss * miss);
    });
  }

  function rowNats(x, target, out, rows, columns) {
    const [a, b] = [F.subarray(x >> 2), F.subarray(target >> 2)];
    rowSums(rows, columns, F.subarray(out >> 2), (i) => {
      const rest = log(f(1 + exp(-Math.abs(a[i]))));
      return f(f((a[i] < 0 ? 0 : a[i]) + rest) - f(a[i] * b[i]));
    });
  }

  function adamw(p, g, m, v, n, rate, b1, b2, correction, keep) {
    [rate, b1, b2, correction, keep] = [rate, b1, b2, correction, keep].map(f);
    const [c1, c2, tiny] = [f(1 - b1), f(1 - b2), f(1e-8)];
    const [at, grads, means, squares] = [p >> 2, g >> 2, m >> 2, v >> 2];
    for (let i = 0; i < n; i++) {
      const q = F[grads + i];
      const mean = f(f(b1 * F[means + i]) + f(c1 * q));
      const square = f(f(b2 * F[squares + i]) + f(c2 * f(q * q)));
      F[means + i] = mean;
      F[squares + i] = square;
      const size = f(f(Math.sqrt(f(square * correction))) + tiny);
      F[at + i] = f(f(F[at + i] * keep) - f(f(rate * mean) / size));
    }
  }

  function gather(bytes, chosen, x, count, size) {
    const k = f(1 / 255);
    for (let i = 0, o = x >> 2; i < count; i++) {
      const from = bytes + I[(chosen >> 2) + i] * size;
      for (let j = from; j < from + size; j++, o++) F[o] = f(k * B[j]);
    }
  }

  function normals(key, at, n) {
    for (let i = 0, o = at >> 2; i < n; i += 8, o += 8) {
      for (let lane = 0; lane < 4; lane++) {
        const radius = f(Math.sqrt(f(-2 * log(uniform(key, i + lane)))));
        const angle = f(f(6.2831855) * uniform(key, i + 4 + lane));
        F[o + lane] = f(radius * sine(angle, 1));
        F[o + 4 + lane] = f(radius * sine(angle, 0));
      }
    }
  }

  function disturb(x, noise, y, n, strength) {
    const k = f(strength);
    for (let i = 0, a = x >> 2, b = noise >> 2, o = y >> 2; i < n; i++) F[o + i] = between(f(F[a + i] + f(k * F[b + i])), 0, 1);
  }

  function draw(cloud, noise, z, rows, width, dim) {
    for (let i = 0, c = cloud >> 2, e = noise >> 2, o = z >> 2; i < rows; i++, c += width) {
      for (let j = 0; j < width; j++, c++, e++, o++) {
        if (j >= dim) F[e] = 0;
        F[o] = f(F[c] + f(exp(f(0.5 * F[c + width])) * F[e]));
      }
    }
  }

  function drawBack(cloud, noise, dz, d, rows, width, weight) {
    const k = f(weight);
    for (let i = 0, c = cloud >> 2, e = noise >> 2, g = dz >> 2, o = d >> 2; i < rows; i++, c += width, o += width) {
      for (let j = 0; j < width; j++, c++, e++, g++, o++) {
        const deviation = exp(f(0.5 * F[c + width]));
        const excess = f(k * f(f(deviation * deviation) - 1));
        F[o] = f(F[g] + f(k * F[c]));
        F[o + width] = f(0.5 * f(f(F[g] * f(deviation * F[e])) + excess));
      }
    }
  }

  function l1Back(z, d, n, weight) {
    const k = f(weight);
    for (let i = 0, a = z >> 2, g = d >> 2; i < n; i++) F[g + i] = f(f(F[g + i] + (F[a + i] > 0 ? k : 0)) - (F[a + i] < 0 ? k : 0));
  }

  return {
    multiply, transpose, columnSums, clear, bend, bendBack, lossBack, rowErrors, rowNats, adamw,
    gather, normals, disturb, draw, drawBack, l1Back,
  };
}
