// What a network in training does with pictures that it never learns from, and with codes from dice.
import { exp } from "./plain.js";
import { key } from "./random.js";

const [HELD_OUT, DICE] = [5, 6]; // what random numbers are for; 1 to 4: layers.js, trainer.js

// network: the trainer's settings, layers and memory, and its ways through them.
export function measuring(network) {
  const { settings, layers, kernels, view, most, width, clean, code, sums, pixels, counts } = network;
  const { take, noisy, encode, decode } = network;
  const { latent, variational, seed } = settings;
  const [middle, last] = [layers.find((layer) => layer.code), layers.at(-1)];
  const bent = layers.slice(0, layers.indexOf(middle)).filter(({ bend }) => bend);
  const units = (rows) => bent.map(({ after, out, outputs }) => ({ out, outputs, values: view(after, rows * outputs) }));

  // Of held-out pictures, or of those that it learns from: squared error and, if asked for, nats per
  // picture, and their codes. visit({ rows, seen, clean, units }) sees each batch while it is in memory;
  // units: of each bent layer before the code, rows of values, of which the first `out` are real.
  function evaluate({ learned = false, n = counts[learned ? "train" : "test"], nats = false, spoilt = true, visit } = {}) {
    const found = { error: 0, nats: 0, kl: 0, codes: new Float32Array(n * latent) };
    for (let from = 0; from < n; from += most) {
      const indices = Array.from({ length: Math.min(most, n - from) }, (_, i) => from + i);
      const [count, rows] = [indices.length, take(indices, learned)];
      const seen = spoilt ? noisy(rows, key(0, HELD_OUT, from)) : clean;
      const z = encode(rows, seen);
      decode(rows, z);
      indices.forEach((i, row) => found.codes.set(view(z + 4 * row * width, latent), i * latent));
      kernels.rowErrors(last.after, clean, sums, count, pixels);
      found.error += (mean(view(sums, count)) * count) / n;
      if (variational) found.kl += divergence(view(middle.before, count * 2 * width)) / n;
      visit?.({ rows: count, seen: view(seen, count * pixels), clean: view(clean, count * pixels), units: units(count) });
      if (!nats) continue;
      kernels.rowNats(last.before, clean, sums, count, pixels);
      found.nats += (mean(view(sums, count)) * count) / n;
    }
    return found;
  }

  // The KL divergence of clouds from N(0, 1), summed; the columns that were added give 0.
  function divergence(clouds) {
    let sum = 0;
    for (let i = 0; i < clouds.length; i += 2 * width) {
      for (let j = i; j < i + width; j++) sum += 0.5 * (clouds[j] ** 2 + exp(clouds[j + width]) - 1 - clouds[j + width]);
    }
    return sum;
  }

  // What the network sees and draws of some held-out pictures.
  function copies(indices) {
    const rows = take(indices);
    const seen = noisy(rows, key(0, HELD_OUT, 0));
    decode(rows, encode(rows, seen));
    const n = indices.length * pixels;
    return { seen: view(seen, n).slice(), drawn: view(last.after, n).slice() };
  }

  // What it draws of codes, a list of latent numbers for each.
  function decodes(codes) {
    const count = codes.length / latent;
    const drawn = new Float32Array(count * pixels);
    for (let from = 0; from < count; from += most) {
      const n = Math.min(most, count - from);
      const z = view(code, most * width).fill(0);
      for (let i = 0; i < n; i++) z.set(codes.slice((from + i) * latent, (from + i + 1) * latent), i * width);
      decode(Math.ceil(n / 4) * 4, code);
      drawn.set(view(last.after, n * pixels), from * pixels);
    }
    return drawn;
  }

  // n codes from N(0, 1), at most 32: the same for the same seed.
  function dice(n) {
    kernels.normals(key(seed, DICE), code, Math.ceil((n * latent) / 8) * 8); // eight at a time
    return view(code, n * latent).slice();
  }
  return { counts, evaluate, copies, decodes, dice };
}

export const mean = (values) => values.reduce((sum, v) => sum + v, 0) / values.length;
