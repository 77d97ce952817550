// AdamW's numbers for each step, as aelib.fit has them: a learning rate that rises for a fifth of the
// steps and falls for the rest, and a first beta that does the opposite (PyTorch's OneCycleLR).
// Sums, products and quotients of doubles only: Math.cos and Math.pow differ between engines.
const SECOND = 0.99;
const DECAY = 0.01;

// cos(pi p) for p from 0 to 1.
function cosine(p) {
  if (p > 0.5) return -cosine(1 - p);
  const square = (Math.PI * p) ** 2;
  let sum = 1;
  for (let k = 22; k > 0; k -= 2) sum = 1 - (sum * square) / (k * (k - 1));
  return sum;
}

// base to a whole power.
function power(base, n) {
  let made = 1;
  for (let b = base; n > 0; n = Math.floor(n / 2), b *= b) if (n % 2) made *= b;
  return made;
}

const between = (start, end, p) => end + ((start - end) / 2) * (cosine(p) + 1);

// The share of the highest learning rate, and beta1, at a step of a run of `total`.
function oneCycle(step, total) {
  const peak = (total === 5 ? 0.4 : 0.2) * total - 1;
  if (step <= peak) return [between(1 / 25, 1, step / peak), between(0.95, 0.85, step / peak)];
  const p = Math.min(1, (step - peak) / (total - 1 - peak));
  return [between(1, 1 / 250000, p), between(0.85, 0.95, p)];
}

// The learning rate at a step of a run of `total`, to be told.
export const rateAt = (step, total, highest) => highest * oneCycle(step, total)[0];

// What the kernel adamw takes, for step 0, 1, ... of a cycle of `total`; `taken` steps came before
// this one, in all cycles.
export function adamwNumbers(step, total, taken, highest) {
  const [share, first] = oneCycle(step, total);
  const rate = highest * share;
  return [rate / (1 - power(first, taken + 1)), first, SECOND, 1 / (1 - power(SECOND, taken + 1)), 1 - rate * DECAY];
}
