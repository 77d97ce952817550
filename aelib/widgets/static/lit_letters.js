// Letters as strong as a feature is at each of them: by their ground, by lines below them, by their
// weight, and in words.
import { make } from "./ui.js";

const LEVELS = ["faint", "middle", "strong"]; // up to a third of the strongest, two thirds, above
export const level = (share) => Math.min(2, Math.ceil(3 * share) - 1);
const seen = (letter) => (letter === "\n" ? "\u00b6" : letter);
const NAMES = { "\n": "line end", " ": "space", "\t": "tab" };
export const named = (letter) => NAMES[letter] ?? letter;

// letters is an array; shares has a number from 0 to 1 for each.
export function litLine(parent, letters, shares) {
  const line = make("span", { class: "lit", "aria-hidden": "true" }, parent);
  for (const [from, to] of runs(shares, (share) => share > 0)) {
    if (!(shares[from] > 0)) {
      line.append(letters.slice(from, to).map(seen).join(""));
      continue;
    }
    for (let i = from; i < to; i++) {
      const mark = make("span", { class: LEVELS[level(shares[i])] }, line, seen(letters[i]));
      mark.style.setProperty("--share", Math.min(1, shares[i]).toFixed(4));
    }
  }
  make("span", { class: "spoken" }, parent, inWords(letters, shares));
}

// The text, and the runs of letters above a third of the strongest.
export function inWords(letters, shares) {
  const parts = runs(shares, (share) => share > 1 / 3)
    .filter(([from]) => shares[from] > 1 / 3)
    .map(([from, to]) => letters.slice(from, to).map(to - from > 1 ? seen : named).join(""));
  const on = parts.length ? `on at ${parts.join(", ")}` : "nowhere above a third";
  return `${letters.map(seen).join("")} (${on})`;
}

// Stretches of alike shares as [from, to].
function runs(shares, kind) {
  const found = [];
  for (let i = 0; i < shares.length; i++) {
    if (i && kind(shares[i]) === kind(shares[i - 1])) found.at(-1)[1] = i + 1;
    else found.push([i, i + 1]);
  }
  return found;
}
