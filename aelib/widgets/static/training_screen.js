// What the reader sees of a network in training: digits and copies, curve, map, bars, dice, sentences.
import { openCurve } from "./training_curve.js";
import { openMap } from "./training_map.js";
import { openSpread } from "./training_spread.js";
import { SIZE, tiled } from "./training_told.js";
import { levels, measures } from "./training_words.js";
import { make, picture } from "./ui.js";

export const SHOWN = 12; // in a row

const title = (noise) => (noise > 0 ? "held-out digits with noise, and what it draws" : "held-out digits, and what it draws of each");

// labels: of the held-out digits; count: how many; size: numbers in the code.
export function openScreen(parent, labels, count, size) {
  const shown = picture(parent, title(0), [2 * 28, SHOWN * 28]);
  const curve = openCurve(parent);
  const map = openMap(parent, labels, count, size);
  const spread = openSpread(parent);
  const dice = picture(parent, "drawn from codes that are dice, N(0, 1)", [2 * 28, SHOWN * 28]);
  const more = make("p", { class: "caption" }, parent);

  // What a report of the worker brought, of a network under these settings.
  function show({ copies: { seen, drawn }, codes, steps }, { latent, noise }) {
    shown.paint(tiled([seen, drawn], SHOWN));
    shown.title(title(noise));
    shown.describe(steps ? `after ${steps} steps` : "before training, each is the mean digit");
    if (codes) map.show(codes, latent);
  }

  function measured(now) {
    const { spread: found, dice: { drawn, read } } = now.measures;
    spread(found);
    more.textContent = measures(now).join(" ");
    dice.paint(tiled([drawn], SHOWN));
    dice.describe(read ? `read as ${read.map((label) => label ?? "none").join(", ")}` : `${drawn.length / SIZE} of them`);
  }

  const drawCurve = (points, now) => curve.show(points, levels(now), { ...now.settings, digits: now.digits });
  return { show, measured, drawCurve, close: map.close };
}
