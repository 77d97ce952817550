// A network that reads letter by letter, and the features of its states: what a text lights up.
// What was read already is kept, so that a letter more at the end costs one step.
import { compile } from "../../engine/engine.js";
import { bytes } from "./state.js";

export function openReader(model) {
  const [{ decoder, encoder }] = model.get("_models");
  const weights = bytes(model.get("_weights"));
  const load = (net) => compile(net.program, weights.subarray(net.begin, net.end));
  const [step, read] = [load(decoder), load(encoder)];
  const { features, k, memory } = model.get("_sizes");
  const alphabet = [...model.get("_alphabet")];
  const places = new Map(alphabet.map((letter, i) => [letter, i]));
  const place = (letter) => places.get(letter) ?? places.get("?") ?? 0;

  const row = new Float32Array(alphabet.length + memory);
  function after(before, letter) {
    row.fill(0, 0, alphabet.length);
    row[letter] = 1;
    row.set(before, alphabet.length);
    return step(row).slice();
  }
  const begin = [...model.get("_begin")].map(place).reduce(after, new Float32Array(memory));

  let letters = [];
  let lit = []; // of each letter: the features that are on and how strongly
  const memories = [begin];
  return {
    alphabet,
    unknown: (text) => [...new Set(text)].filter((letter) => !places.has(letter)),
    // What is on after each letter, as [feature, strength] pairs, and the scores for the next one.
    follow(text) {
      const next = [...text].map(place);
      let same = 0;
      while (same < next.length && letters[same] === next[same]) same++;
      memories.length = same + 1;
      lit = lit.slice(0, same);
      for (const letter of next.slice(same)) {
        memories.push(after(memories.at(-1), letter));
        lit.push(strongest(read(memories.at(-1)).subarray(0, features), k));
      }
      letters = next;
      return { lit, scores: read(memories.at(-1)).slice(features) };
    },
  };
}

// The k largest of the numbers above 0, each with its place.
function strongest(z, k) {
  const on = [];
  for (let i = 0; i < z.length; i++) if (z[i] > 0) on.push([i, z[i]]);
  return on.length > k ? on.sort((a, b) => b[1] - a[1]).slice(0, k) : on;
}

// The mean chance of each letter over rows of scores, with something added to each row.
export function chances(scores, added) {
  const n = added.length;
  const mean = new Float64Array(n);
  const row = new Float64Array(n);
  const rows = scores.length / n;
  for (let r = 0; r < rows; r++) {
    let most = -Infinity;
    for (let i = 0; i < n; i++) most = Math.max(most, (row[i] = scores[r * n + i] + added[i]));
    let sum = 0;
    for (let i = 0; i < n; i++) sum += row[i] = Math.exp(row[i] - most);
    for (let i = 0; i < n; i++) mean[i] += row[i] / sum / rows;
  }
  return mean;
}
