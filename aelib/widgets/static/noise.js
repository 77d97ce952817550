// x -> corrupted x, from a seed: the same seed gives the same noise, whatever its strength.
// aelib/noise.py has the same five kinds; tests/browser holds the two together.

// mulberry32: small, and good enough for pictures
export function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function normal(random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

const clip = (v) => Math.min(1, Math.max(0, v));

function blurred(x, [height, width], sigma) {
  if (sigma < 0.05) return Float32Array.from(x);
  const reach = Math.ceil(3 * sigma);
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, k) => Math.exp(-(((k - reach) / sigma) ** 2) / 2));
  const sum = kernel.reduce((a, b) => a + b);
  const pass = (from, dy, dx) =>
    from.map((_, i) => {
      const [row, column] = [Math.floor(i / width), i % width];
      return kernel.reduce((total, k, n) => {
        const [r, c] = [row + dy * (n - reach), column + dx * (n - reach)];
        const inside = r >= 0 && r < height && c >= 0 && c < width; // beyond the edge is paper
        return inside ? total + (k * from[r * width + c]) / sum : total;
      }, 0);
    });
  return pass(pass(Float32Array.from(x), 1, 0), 0, 1);
}

function occluded(x, [height, width], strength, random) {
  const side = Math.round(strength * Math.min(height, width));
  const [top, left] = [height, width].map((size) => Math.floor(random() * (size - side + 1)));
  return x.map((v, i) => {
    const [row, column] = [(Math.floor(i / width) % height) - top, (i % width) - left];
    return row >= 0 && row < side && column >= 0 && column < side ? 0 : v;
  });
}

// What strength 0..1 means for each kind, in words.
export const KINDS = {
  gaussian: "standard deviation",
  "salt and pepper": "share of pixels",
  masking: "share of pixels",
  occlusion: "side of the square",
  blur: "quarter of its radius",
};

// Pixels lie channel after channel: a pixel is hit in all channels, or in none.
export function corrupt(x, shape, kind, strength, seed) {
  const random = generator(seed);
  const size = shape[0] * shape[1];
  if (kind === "gaussian") return x.map((v) => clip(v + strength * normal(random)));
  if (kind === "blur") {
    const all = Float32Array.from(x);
    for (let at = 0; at < all.length; at += size) all.set(blurred(all.subarray(at, at + size), shape, 4 * strength), at);
    return all;
  }
  if (kind === "occlusion") return occluded(x, shape, strength, random);
  const spots = Array.from({ length: size }, () => [random(), random()]);
  return x.map((v, i) => {
    const [hit, coin] = spots[i % size];
    if (hit >= strength) return v;
    return kind === "masking" || coin < 0.5 ? 0 : 1;
  });
}

// Peak signal-to-noise ratio in decibels, of pictures in [0, 1].
export function psnr(x, y) {
  const error = x.reduce((sum, v, i) => sum + (v - y[i]) ** 2, 0) / x.length;
  return error > 0 ? -10 * Math.log10(error) : Infinity;
}
