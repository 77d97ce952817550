// What the playground says of the network that it trains.
import { PROBED } from "./training_told.js";

const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

// The line of figures. now: settings, lines, and the worker's latest report.
export function figures({ settings, lines, latest, measures: found }) {
  const { steps, end, rate, seen, error, nats, kl, done } = latest;
  const behind = `${steps} of ${plural(end, "step")}, ${seen.toLocaleString("en")} digits seen`;
  const measured = `squared error ${error.toFixed(2)} per held-out digit`;
  const parts = settings.kl > 0 && settings.loss === "nats" ? `, loss ${nats.toFixed(1)} nats for the picture and ${kl.toFixed(1)} nats of KL` : "";
  return `${behind}: ${measured}${parts}${rival(settings, lines, error, found)}${steps && !done ? ` Learning rate now ${+rate.toPrecision(2)}.` : ""}${done ? " The passes are over." : ""}`;
}

function rival({ latent, noise }, lines, error, found) {
  const pca = lines[latent];
  if (noise > 0) return found?.median ? `; a median filter has ${found.median.toFixed(2)}.` : ".";
  if (pca === undefined) return "; PCA is being computed.";
  if (error.toFixed(2) === pca.toFixed(2)) return `, the same as PCA with ${plural(latent, "number")}.`;
  return error < pca ? `, better than PCA with ${plural(latent, "number")} (${pca.toFixed(2)}).` : `; PCA with ${latent} has ${pca.toFixed(2)}.`;
}

// What is measured besides, a sentence each.
export function measures({ settings, digits, latest, measures: found, read }) {
  const { learned, live, dead, angle, median } = found;
  if (!latest.steps) return ["Nothing is trained yet."];
  const units = settings.hidden.reduce((sum, n) => sum + n, 0);
  const readable = read.filter((label) => label !== null).length;
  return [
    `On ${digits > PROBED ? `the first ${PROBED} of the` : "the"} digits that it learns from its error is ${learned.toFixed(2)}.`,
    `${live} of ${plural(settings.latent, "number")} of its code ${live === 1 ? "is" : "are"} awake${units ? `, ${dead} of the encoder's ${plural(units, "hidden unit")} dead` : ""}.`,
    angle === null ? "" : `What its numbers draw lies ${angle.toFixed(1)} degrees off PCA's plane.`,
    median === null ? "" : `A median filter of 3 x 3 pixels has ${median.toFixed(2)} on the same held-out digits.`,
    read.length ? `${readable} of ${read.length} drawings from random codes can be read.` : "",
  ].filter(Boolean);
}

// The longest of each, for which room is kept.
const named = { latent: 64, hidden: [256, 256], noise: 0, kl: 30, loss: "nats" };
const counted = { steps: 99999, end: 99999, seen: 9999999, error: 100.11, rate: 0.00011, nats: 100.1, kl: 100.1 };
const asked = { settings: named, digits: 1000, latest: counted, lines: { 64: 101 }, read: Array(24).fill(0) };
export const FIGURES = figures(asked);
export const MEASURED = measures({ ...asked, measures: { learned: 100, live: 64, dead: 512, angle: 90, median: 100 } }).join(" ");
export const DIFFERENCE = "hidden units 128,128, loss cross-entropy, learning rate 0.0005, ...";

// The lines that the curve of a network is compared with.
export function levels({ settings: { latent, noise, variational }, lines, latest, measures: found }) {
  const [mean, pca] = [lines[0], lines[latent]];
  const levels = mean === undefined ? [] : [{ words: "the mean digit", value: mean, dashes: "2 4" }];
  if (pca !== undefined) levels.push({ words: `PCA${noise > 0 ? " of clean digits," : ""} with ${latent}`, value: pca, dashes: "8 4" });
  const awake = latest?.steps && variational && found?.live > 0 ? found.live : latent;
  if (awake < latent && lines[awake] !== undefined) levels.push({ words: `PCA with ${awake}, as many as are awake`, value: lines[awake], dashes: "6 3" });
  if (noise > 0 && found?.median) levels.push({ words: "a median filter", value: found.median, dashes: "12 4 2 4" });
  return levels;
}

// Those of the new run and of the one that was kept; what is the same for both stands there once.
export function levelsOfBoth(now, kept) {
  if (!kept) return levels(now);
  const [mine, theirs] = [levels(now), levels(kept)];
  const same = (a) => (b) => a.words === b.words && a.value === b.value;
  const of = (list, run) => list.map((level) => ({ ...level, words: `${run}: ${level.words}`, run }));
  const both = mine.filter((level) => theirs.some(same(level)));
  const only = (list) => list.filter((level) => !both.some(same(level)));
  return [...both, ...of(only(mine), "new"), ...of(only(theirs), "kept")];
}

const CALLED = {
  latent: "numbers", hidden: "hidden units", bend: "bend", loss: "loss", batch: "batch", rate: "learning rate", passes: "passes",
  seed: "seed", noise: "noise", kl: "KL weight", l1: "L1", digits: "digits", mixed: "settings",
};
const CHOSEN = { relu: "ReLU", silu: "SiLU", squared: "squared error", nats: "cross-entropy" };

// What a choice is called, in the lists and in sentences.
export const called = (choice) => CHOSEN[choice] ?? (String(choice) || "none");

// In what a network that was kept differs from the one in training, the first `most` things.
export function difference(kept, settings, most = 3) {
  const other = Object.keys(CALLED).filter((name) => String(kept[name]) !== String(settings[name]));
  const words = other.map((name) => `${CALLED[name]} ${called(kept[name])}`);
  return words.length ? words.slice(0, most).join(", ") + (words.length > most ? ", ..." : "") : "the same settings";
}
