// What the playground says of the network that it trains.

const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

// The line of figures. now: settings, lines, and the worker's latest report.
export function figures({ settings, lines, latest }) {
  const { steps, seen, error, nats, kl, done } = latest;
  const behind = `${plural(steps, "step")}, ${seen.toLocaleString("en")} digits seen`;
  const measured = `squared error ${error.toFixed(2)} per held-out digit`;
  const parts = settings.kl > 0 && settings.loss === "nats" ? `, ${nats.toFixed(1)} nats to redraw it and ${kl.toFixed(1)} for its code` : "";
  return `${behind}: ${measured}${parts}${rival(settings, lines, error)}${done ? " The passes are over." : ""}`;
}

function rival({ latent, noise }, lines, error) {
  const pca = lines[latent];
  if (pca === undefined || noise > 0) return ".";
  return error < pca ? `, better than PCA with ${plural(latent, "number")} (${pca.toFixed(2)}).` : `; PCA with ${latent} has ${pca.toFixed(2)}.`;
}

// What is measured besides, a sentence each.
export function measures({ settings, measures: found }) {
  const { learned, live, dead, angle, median, dice } = found;
  const units = settings.hidden.reduce((sum, n) => sum + n, 0);
  const read = dice.read?.filter((label) => label !== null).length;
  return [
    `On digits that it learns from its error is ${learned.toFixed(2)}.`,
    `${live} of ${plural(settings.latent, "number")} of its code ${live === 1 ? "is" : "are"} awake${units ? `, ${dead} of the encoder's ${plural(units, "hidden unit")} silent` : ""}.`,
    angle === null ? "" : `What its numbers draw lies ${angle.toFixed(1)} degrees off PCA's plane.`,
    median === null ? "" : `A median filter leaves ${median.toFixed(2)} of the noise.`,
    read === undefined ? "" : `${read} of ${dice.read.length} drawings from dice can be read.`,
  ].filter(Boolean);
}

// The lines that the curve is compared with.
export function levels({ settings: { latent, noise }, lines }) {
  const [mean, pca] = [lines[0], lines[latent]];
  const found = mean === undefined ? [] : [{ words: "the mean digit", value: mean, dashes: "2 4" }];
  if (pca !== undefined) found.push({ words: `PCA${noise > 0 ? " of clean digits," : ""} with ${latent}`, value: pca, dashes: "8 4" });
  return found;
}

const CALLED = {
  latent: "numbers", hidden: "hidden units", bend: "bend", loss: "loss", batch: "batch", rate: "learning rate", passes: "passes",
  seed: "seed", noise: "noise", kl: "KL weight", l1: "L1", digits: "digits",
};

// In what a network that was kept differs from the one in training.
export function difference(kept, settings) {
  const other = Object.keys(CALLED).filter((name) => String(kept[name]) !== String(settings[name]));
  const words = other.map((name) => `${CALLED[name]} ${String(kept[name]) || "none"}`);
  return words.length ? words.slice(0, 3).join(", ") + (words.length > 3 ? ", ..." : "") : "the same settings";
}
