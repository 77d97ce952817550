// The functions of one number, four numbers at a time, for kernels.ts and training.ts: nothing is
// imported and nothing relaxed, so every machine gives the same bits.

// @ts-ignore: decorator
@inline export function splat(v: f32): v128 { return f32x4.splat(v); }

// @ts-ignore: decorator
@inline export function across(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

// exp from -87 to 87, what lies outside counts as the end: 2^n times a
// polynomial (Cephes), wrong by about 1e-7 of the value.
// @ts-ignore: decorator
@inline export function exp(x: v128): v128 {
  const v = f32x4.pmin(f32x4.pmax(x, splat(-87)), splat(87));
  const rounded = f32x4.add(f32x4.mul(v, splat(1.44269504)), splat(12582912)); // n in its last bits
  const n = f32x4.sub(rounded, splat(12582912));
  const r = f32x4.sub(f32x4.sub(v, f32x4.mul(n, splat(0.693359375))), f32x4.mul(n, splat(-2.12194440e-4)));
  let p = splat(1.9875691500e-4);
  p = f32x4.add(f32x4.mul(p, r), splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), splat(1));
  return f32x4.mul(p, i32x4.add(i32x4.shl(rounded, 23), i32x4.splat(0x3f800000)));
}

// The same everywhere: 0 far below, infinity far above.
export function exponential(x: v128): v128 {
  return v128.bitselect(splat(Infinity), v128.andnot(exp(x), f32x4.lt(x, splat(-87))), f32x4.gt(x, splat(87)));
}

// @ts-ignore: decorator
@inline export function logistic(v: v128): v128 { return f32x4.div(splat(1), f32x4.add(splat(1), exp(f32x4.neg(v)))); }

// Cephes: a polynomial near 0, exp elsewhere.
export function tanh(v: v128): v128 {
  const s = f32x4.mul(v, v), size = f32x4.abs(v);
  let p = splat(-5.70498872745e-3);
  p = f32x4.add(f32x4.mul(p, s), splat(2.06390887954e-2));
  p = f32x4.add(f32x4.mul(p, s), splat(-5.37397155531e-2));
  p = f32x4.add(f32x4.mul(p, s), splat(1.33314422036e-1));
  p = f32x4.add(f32x4.mul(p, s), splat(-3.33332819422e-1));
  const near = f32x4.add(f32x4.mul(f32x4.mul(p, s), v), v);
  const far = f32x4.sub(splat(1), f32x4.div(splat(2), f32x4.add(exp(f32x4.add(size, size)), splat(1))));
  return v128.bitselect(near, signed(far, v), f32x4.lt(size, splat(0.625)));
}

// The size of one, the sign of the other.
// @ts-ignore: decorator
@inline export function signed(size: v128, sign: v128): v128 { return v128.bitselect(sign, size, i32x4.splat(0x80000000)); }

// A quotient of two polynomials (as Eigen has it), wrong by about 2e-7.
export function erf(v: v128): v128 {
  v = f32x4.pmin(f32x4.pmax(v, splat(-4)), splat(4));
  const s = f32x4.mul(v, v);
  let p = splat(-2.72614225801306e-10);
  p = f32x4.add(f32x4.mul(p, s), splat(2.77068142495902e-8));
  p = f32x4.add(f32x4.mul(p, s), splat(-2.10102402082508e-6));
  p = f32x4.add(f32x4.mul(p, s), splat(-5.69250639462346e-5));
  p = f32x4.add(f32x4.mul(p, s), splat(-7.34990630326855e-4));
  p = f32x4.add(f32x4.mul(p, s), splat(-2.95459980854025e-3));
  p = f32x4.mul(f32x4.add(f32x4.mul(p, s), splat(-1.60960333262415e-2)), v);
  let q = splat(-1.45660718464996e-5);
  q = f32x4.add(f32x4.mul(q, s), splat(-2.13374055278905e-4));
  q = f32x4.add(f32x4.mul(q, s), splat(-1.68282697438203e-3));
  q = f32x4.add(f32x4.mul(q, s), splat(-7.37332916720468e-3));
  q = f32x4.add(f32x4.mul(q, s), splat(-1.42647390514189e-2));
  return f32x4.div(p, q);
}

// Cephes. The logarithm of 0 is -inf, of less NaN; numbers under 1e-38 count as 0.
export function log(v: v128): v128 {
  const tiny = f32x4.lt(v, splat(1.1754944e-38));
  let n = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_s(v, 23), i32x4.splat(126)));
  let m = v128.or(v128.and(v, i32x4.splat(0x007fffff)), i32x4.splat(0x3f000000)); // in [0.5, 1)
  const low = f32x4.lt(m, splat(0.707106781));
  n = f32x4.sub(n, v128.and(low, splat(1)));
  m = f32x4.sub(f32x4.add(m, v128.and(low, m)), splat(1));
  const s = f32x4.mul(m, m);
  let p = splat(7.0376836292e-2);
  p = f32x4.add(f32x4.mul(p, m), splat(-1.1514610310e-1));
  p = f32x4.add(f32x4.mul(p, m), splat(1.1676998740e-1));
  p = f32x4.add(f32x4.mul(p, m), splat(-1.2420140846e-1));
  p = f32x4.add(f32x4.mul(p, m), splat(1.4249322787e-1));
  p = f32x4.add(f32x4.mul(p, m), splat(-1.6668057665e-1));
  p = f32x4.add(f32x4.mul(p, m), splat(2.0000714765e-1));
  p = f32x4.add(f32x4.mul(p, m), splat(-2.4999993993e-1));
  p = f32x4.add(f32x4.mul(p, m), splat(3.3333331174e-1));
  p = f32x4.add(f32x4.mul(f32x4.mul(p, m), s), f32x4.mul(n, splat(-2.12194440e-4)));
  const y = f32x4.add(f32x4.add(m, f32x4.sub(p, f32x4.mul(splat(0.5), s))), f32x4.mul(n, splat(0.693359375)));
  const below = v128.bitselect(splat(NaN), splat(-Infinity), f32x4.lt(v, splat(0)));
  return v128.bitselect(v128.bitselect(below, y, tiny), v, f32x4.lt(v, splat(Infinity)));
}

// log(1 + v) for small v too.
export function log1p(v: v128): v128 {
  const u = f32x4.add(v, splat(1)), d = f32x4.sub(u, splat(1));
  return v128.bitselect(v, f32x4.div(f32x4.mul(log(u), v), d), f32x4.eq(d, splat(0)));
}

// log(1 + exp(v)), never overflowing.
export function softplus(v: v128): v128 {
  return f32x4.add(f32x4.pmax(v, splat(0)), log1p(exp(f32x4.neg(f32x4.abs(v)))));
}

// Cephes; for sizes up to about 8,000. shift = 0: sine, 1: cosine.
export function sine(v: v128, shift: i32): v128 {
  const size = f32x4.abs(v);
  let n = i32x4.trunc_sat_f32x4_s(f32x4.mul(size, splat(1.27323954)));
  n = v128.and(i32x4.add(n, i32x4.splat(1)), i32x4.splat(~1)); // even octants
  const f = f32x4.convert_i32x4_s(n);
  let x = f32x4.sub(size, f32x4.mul(f, splat(0.78515625)));
  x = f32x4.sub(x, f32x4.mul(f, splat(2.4187564849853515625e-4)));
  x = f32x4.sub(x, f32x4.mul(f, splat(3.77489497744594108e-8)));
  const s = f32x4.mul(x, x), octant = i32x4.add(n, i32x4.splat(2 * shift));
  let c = splat(2.443315711809948e-5);
  c = f32x4.add(f32x4.mul(c, s), splat(-1.388731625493765e-3));
  c = f32x4.mul(f32x4.mul(f32x4.add(f32x4.mul(c, s), splat(4.166664568298827e-2)), s), s);
  c = f32x4.add(f32x4.sub(c, f32x4.mul(splat(0.5), s)), splat(1));
  let p = splat(-1.9515295891e-4);
  p = f32x4.add(f32x4.mul(p, s), splat(8.3321608736e-3));
  p = f32x4.add(f32x4.mul(f32x4.mul(f32x4.add(f32x4.mul(p, s), splat(-1.6666654611e-1)), s), x), x);
  const y = v128.bitselect(c, p, i32x4.ne(v128.and(octant, i32x4.splat(2)), i32x4.splat(0)));
  const turned = v128.and(i32x4.shl(octant, 29), i32x4.splat(0x80000000));
  return v128.xor(y, v128.xor(turned, shift ? i32x4.splat(0) : v128.and(v, i32x4.splat(0x80000000))));
}

// exp(b log a) for a > 0; whole exponents also for a < 0.
export function power(a: v128, b: v128): v128 {
  const y = exponential(f32x4.mul(b, log(f32x4.abs(a)))), half = f32x4.mul(b, splat(0.5));
  const whole = f32x4.eq(f32x4.nearest(b), b), odd = f32x4.ne(f32x4.nearest(half), half);
  const negative = v128.bitselect(v128.xor(y, v128.and(odd, i32x4.splat(0x80000000))), splat(NaN), whole);
  const zero = v128.bitselect(splat(0), splat(Infinity), f32x4.gt(b, splat(0)));
  const general = v128.bitselect(zero, v128.bitselect(negative, y, f32x4.lt(a, splat(0))), f32x4.eq(a, splat(0)));
  return v128.bitselect(splat(1), general, f32x4.eq(b, splat(0)));
}
