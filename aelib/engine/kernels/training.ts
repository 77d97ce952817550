// The arithmetic of a training step of dense networks; trainer.js plans the memory and calls these in
// turn, plain_training.js is the twin. Nothing is imported and nothing relaxed: every sum has one
// order, so every machine gives the same bits.
// Addresses are in bytes, sizes in numbers. Matrices are row after row; rows are multiples of 4,
// columns of 8. What lies in the columns that were added is 0 and stays 0.

import { across, exp, log, logistic, sine, splat, tanh } from "./functions";

// c (rows, columns) = a (rows, inner) b (inner, columns), plus bias if there is one.
export function multiply(a: usize, b: usize, c: usize, rows: i32, inner: i32, columns: i32, bias: usize): void {
  const ra = <usize>inner << 2, rb = <usize>columns << 2;
  for (let j: usize = 0; j < rb; j += 32) {
    let left = splat(0), right = splat(0);
    if (bias) { left = v128.load(bias + j); right = v128.load(bias + j, 16); }
    for (let i = 0; i < rows; i += 4) {
      let s = left, t = right, u = left, v = right, w = left, x = right, y = left, z = right;
      let p = a + <usize>i * ra;
      for (let q = b + j, end = p + ra; p < end; p += 4, q += rb) {
        const m = v128.load(q), n = v128.load(q, 16);
        let k = v128.load32_splat(p);
        s = f32x4.add(s, f32x4.mul(k, m)); t = f32x4.add(t, f32x4.mul(k, n));
        k = v128.load32_splat(p + ra);
        u = f32x4.add(u, f32x4.mul(k, m)); v = f32x4.add(v, f32x4.mul(k, n));
        k = v128.load32_splat(p + 2 * ra);
        w = f32x4.add(w, f32x4.mul(k, m)); x = f32x4.add(x, f32x4.mul(k, n));
        k = v128.load32_splat(p + 3 * ra);
        y = f32x4.add(y, f32x4.mul(k, m)); z = f32x4.add(z, f32x4.mul(k, n));
      }
      let o = c + <usize>i * rb + j;
      v128.store(o, s); v128.store(o, t, 16); o += rb;
      v128.store(o, u); v128.store(o, v, 16); o += rb;
      v128.store(o, w); v128.store(o, x, 16); o += rb;
      v128.store(o, y); v128.store(o, z, 16);
    }
  }
}

// t (columns, rows) = a (rows, columns), turned.
export function transpose(a: usize, t: usize, rows: i32, columns: i32): void {
  const r = <usize>columns << 2;
  for (let i = 0; i < rows; i += 4) {
    let p = a + <usize>i * r, o = t + (<usize>i << 2);
    for (let j = 0; j < columns; j++, p += 4, o += <usize>rows << 2) {
      let v = v128.load32_zero(p);
      v = v128.load_lane<f32>(p + r, v, 1);
      v = v128.load_lane<f32>(p + 2 * r, v, 2);
      v128.store(o, v128.load_lane<f32>(p + 3 * r, v, 3));
    }
  }
}

// g (columns) = the sums of d (rows, columns).
export function columnSums(d: usize, g: usize, rows: i32, columns: i32): void {
  const r = <usize>columns << 2;
  for (let j: usize = 0; j < r; j += 16) {
    let s = splat(0), p = d + j;
    for (let i = 0; i < rows; i++, p += r) s = f32x4.add(s, v128.load(p));
    v128.store(g + j, s);
  }
}

export function clear(at: usize, n: i32): void { memory.fill(at, 0, <usize>n << 2); }

// y = the bend of x: 1 ReLU, 2 SiLU, 3 tanh, else the logistic function.
export function bend(kind: i32, x: usize, y: usize, n: i32): void {
  for (const end = x + (<usize>n << 2); x < end; x += 16, y += 16) {
    const v = v128.load(x);
    if (kind == 1) v128.store(y, f32x4.pmax(v, splat(0)));
    else if (kind == 2) v128.store(y, f32x4.mul(v, logistic(v)));
    else if (kind == 3) v128.store(y, tanh(v));
    else v128.store(y, logistic(v));
  }
}

// d times the slope of the bend at x, where the bend gave y.
export function bendBack(kind: i32, x: usize, y: usize, d: usize, n: i32): void {
  const one = splat(1);
  for (const end = x + (<usize>n << 2); x < end; x += 16, y += 16, d += 16) {
    const v = v128.load(x), g = v128.load(d);
    if (kind == 1) v128.store(d, v128.and(g, f32x4.gt(v, splat(0))));
    else if (kind == 2) {
      const s = logistic(v);
      v128.store(d, f32x4.mul(g, f32x4.mul(s, f32x4.add(one, f32x4.mul(v, f32x4.sub(one, s))))));
    } else {
      const t = v128.load(y);
      v128.store(d, f32x4.mul(g, f32x4.sub(one, f32x4.mul(t, t))));
    }
  }
}

// d = scale times the gradient, by what came before the last bend, of 0 the squared error of y,
// 1 the squared error of y = logistic, 2 the cross-entropy of y = logistic.
export function lossBack(kind: i32, y: usize, target: usize, d: usize, n: i32, scale: f32): void {
  const one = splat(1), k = splat(kind == 2 ? scale : scale + scale);
  for (const end = y + (<usize>n << 2); y < end; y += 16, target += 16, d += 16) {
    const v = v128.load(y), miss = f32x4.mul(f32x4.sub(v, v128.load(target)), k);
    v128.store(d, kind == 1 ? f32x4.mul(miss, f32x4.mul(v, f32x4.sub(one, v))) : miss);
  }
}

// out (rows) = the squared error of each row of y.
export function rowErrors(y: usize, target: usize, out: usize, rows: i32, columns: i32): void {
  for (let i = 0; i < rows; i++, out += 4) {
    let s = splat(0);
    for (const end = y + (<usize>columns << 2); y < end; y += 16, target += 16) {
      const miss = f32x4.sub(v128.load(y), v128.load(target));
      s = f32x4.add(s, f32x4.mul(miss, miss));
    }
    store<f32>(out, across(s));
  }
}

// out (rows) = the cross-entropy of each row in nats; x is what came before the logistic function.
export function rowNats(x: usize, target: usize, out: usize, rows: i32, columns: i32): void {
  for (let i = 0; i < rows; i++, out += 4) {
    let s = splat(0);
    for (const end = x + (<usize>columns << 2); x < end; x += 16, target += 16) {
      const v = v128.load(x), rest = log(f32x4.add(splat(1), exp(f32x4.neg(f32x4.abs(v)))));
      s = f32x4.add(s, f32x4.sub(f32x4.add(f32x4.pmax(v, splat(0)), rest), f32x4.mul(v, v128.load(target))));
    }
    store<f32>(out, across(s));
  }
}

// A step of AdamW: m and v are the means of the gradients g and of their squares; rate is the learning
// rate over the correction of m, correction 1 over that of v, keep what weight decay leaves.
export function adamw(p: usize, g: usize, m: usize, v: usize, n: i32, rate: f32, b1: f32, b2: f32, correction: f32, keep: f32): void {
  const one: f32 = 1, a = splat(b1), b = splat(b2), c = splat(one - b1), d = splat(one - b2);
  for (const end = p + (<usize>n << 2); p < end; p += 16, g += 16, m += 16, v += 16) {
    const q = v128.load(g);
    const mean = f32x4.add(f32x4.mul(a, v128.load(m)), f32x4.mul(c, q));
    const square = f32x4.add(f32x4.mul(b, v128.load(v)), f32x4.mul(d, f32x4.mul(q, q)));
    v128.store(m, mean);
    v128.store(v, square);
    const size = f32x4.add(f32x4.sqrt(f32x4.mul(square, splat(correction))), splat(1e-8));
    v128.store(p, f32x4.sub(f32x4.mul(v128.load(p), splat(keep)), f32x4.div(f32x4.mul(splat(rate), mean), size)));
  }
}

// x (count, size) = the bytes of the chosen rows over 255.
export function gather(bytes: usize, chosen: usize, x: usize, count: i32, size: i32): void {
  const k = splat(1.0 / 255);
  for (let i = 0; i < count; i++, chosen += 4) {
    let p = bytes + <usize>load<i32>(chosen) * <usize>size;
    for (const end = p + <usize>size; p < end; p += 4, x += 16) {
      const v = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(p)));
      v128.store(x, f32x4.mul(k, f32x4.convert_i32x4_u(v)));
    }
  }
}

// Each number of a count mixed beyond recognition (the constants are Wellons's lowbias32).
// @ts-ignore: decorator
@inline function mix(x: v128): v128 {
  x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 16)), i32x4.splat(0x21f0aaad));
  x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 15)), i32x4.splat(0x735a2d97));
  return v128.xor(x, i32x4.shr_u(x, 15));
}

// The random numbers of the next four counts under a key, in (0, 1].
// @ts-ignore: decorator
@inline function uniform(key: i32, count: i32): v128 {
  const counts = i32x4.add(i32x4.splat(count), i32x4(0, 1, 2, 3));
  const word = mix(v128.xor(mix(counts), i32x4.splat(key)));
  return f32x4.mul(f32x4.convert_i32x4_u(i32x4.add(i32x4.shr_u(word, 8), i32x4.splat(1))), splat(5.9604645e-8));
}

// n numbers (a multiple of 8) drawn from N(0, 1), always the same under a key (Box and Muller).
export function normals(key: i32, at: usize, n: i32): void {
  for (let i = 0; i < n; i += 8, at += 32) {
    const radius = f32x4.sqrt(f32x4.mul(splat(-2), log(uniform(key, i))));
    const angle = f32x4.mul(splat(6.2831855), uniform(key, i + 4));
    v128.store(at, f32x4.mul(radius, sine(angle, 1)));
    v128.store(at, f32x4.mul(radius, sine(angle, 0)), 16);
  }
}

// y = x plus strength times noise, kept in [0, 1].
export function disturb(x: usize, noise: usize, y: usize, n: i32, strength: f32): void {
  for (const end = x + (<usize>n << 2); x < end; x += 16, noise += 16, y += 16) {
    const v = f32x4.add(v128.load(x), f32x4.mul(splat(strength), v128.load(noise)));
    v128.store(y, f32x4.pmin(f32x4.pmax(v, splat(0)), splat(1)));
  }
}

// z (rows, width) = mu + exp(logvar / 2) noise. A row of cloud is mu, then logvar, width numbers each;
// the noise of the columns from dim on becomes 0.
export function draw(cloud: usize, noise: usize, z: usize, rows: i32, width: i32, dim: i32): void {
  const half = <usize>width << 2;
  for (let i = 0; i < rows; i++, cloud += half) {
    for (let j = 0; j < width; j += 4, cloud += 16, noise += 16, z += 16) {
      const used = i32x4.lt_s(i32x4.add(i32x4.splat(j), i32x4(0, 1, 2, 3)), i32x4.splat(dim));
      const e = v128.and(v128.load(noise), used), deviation = exp(f32x4.mul(splat(0.5), v128.load(cloud + half)));
      v128.store(noise, e);
      v128.store(z, f32x4.add(v128.load(cloud), f32x4.mul(deviation, e)));
    }
  }
}

// d, as cloud: what dz, the gradient by z, and weight times the KL divergence from N(0, 1) say of it.
export function drawBack(cloud: usize, noise: usize, dz: usize, d: usize, rows: i32, width: i32, weight: f32): void {
  const half = <usize>width << 2, k = splat(weight);
  for (let i = 0; i < rows; i++, cloud += half, d += half) {
    for (let j = 0; j < width; j += 4, cloud += 16, noise += 16, dz += 16, d += 16) {
      const g = v128.load(dz), deviation = exp(f32x4.mul(splat(0.5), v128.load(cloud + half)));
      const excess = f32x4.mul(k, f32x4.sub(f32x4.mul(deviation, deviation), splat(1)));
      v128.store(d, f32x4.add(g, f32x4.mul(k, v128.load(cloud))));
      v128.store(d + half, f32x4.mul(splat(0.5), f32x4.add(f32x4.mul(g, f32x4.mul(deviation, v128.load(noise))), excess)));
    }
  }
}

// d plus weight times the sign of z.
export function l1Back(z: usize, d: usize, n: i32, weight: f32): void {
  for (const end = z + (<usize>n << 2); z < end; z += 16, d += 16) {
    const v = v128.load(z), up = v128.and(f32x4.gt(v, splat(0)), splat(weight));
    v128.store(d, f32x4.sub(f32x4.add(v128.load(d), up), v128.and(f32x4.lt(v, splat(0)), splat(weight))));
  }
}
