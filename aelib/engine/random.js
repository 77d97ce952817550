// Random numbers that a count and a key decide: any of them at any time, the same in every engine.
// kernels/training.ts draws with the same function; the constants are Wellons's lowbias32.
export function mix(x) {
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return x ^ (x >>> 15);
}

// One key for a seed and what the numbers are for.
export const key = (seed, ...purpose) => purpose.reduce((made, part) => mix(mix(part) ^ made), mix(seed));

// 32 random bits.
export const bits = (key, count) => mix(mix(count) ^ key) >>> 0;

// In [0, 1), 24 bits.
export const uniform = (key, count) => (bits(key, count) >>> 8) / 2 ** 24;

// 0 to n - 1 in a random order (Fisher and Yates).
export function shuffled(key, n) {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor((bits(key, i) * (i + 1)) / 2 ** 32);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
