// What the reader sees of a network: digits and copies, map, bars, what units see, dice, sentences.
// A second screen beside it shows a network that was kept.
import { openMap } from "./training_map.js";
import { openMarks } from "./training_marks.js";
import { readOf } from "./training_quests.js";
import { openSpread } from "./training_spread.js";
import { SIZE, tiled } from "./training_told.js";
import { MEASURED, measures } from "./training_words.js";
import { make, picture, roomFor } from "./ui.js";

export const SHOWN = 12; // in a row

const title = (noise) => (noise > 0 ? "held-out digits with noise, and what it draws" : "held-out digits, and what it draws of each");
const seeing = ({ hidden }) => `what the first ${hidden.length ? "hidden units" : "numbers of the code"} see: ink on a dark pixel raises one, ink on a light pixel lowers it${hidden.length ? "; ✕ marks the dead" : ""}`;

// labels: of the held-out digits; count: how many; size: numbers in the code. column: 0 or 1, the
// screens lie side by side where there is room, else each part above its twin.
export function openScreen(parent, labels, count, size, column) {
  const heading = make("p", { class: "caption heading" }, parent);
  const shown = picture(parent, title(0), [2 * 28, SHOWN * 28]);
  const map = openMap(parent, labels, count, size);
  const spread = openSpread(parent);
  const sights = picture(parent, seeing({ hidden: [0] }), [2 * 28, (SHOWN / 2) * 28]);
  const dice = picture(parent, "drawn from codes that are random (dice), each number from N(0, 1); those that can be read bear their digit", [2 * 28, SHOWN * 28]);
  const rooms = [[shown, title(1)], [sights, seeing({ hidden: [1] })]];
  for (const [each, longest] of rooms) each.roomFor(longest);
  sights.canvas.parentElement.classList.add("sights");
  const [gone, digits] = [openMarks(sights.canvas, SHOWN / 2, 2), openMarks(dice.canvas, SHOWN, 2)];
  const more = roomFor(make("p", { class: "caption" }, parent), MEASURED);
  const parts = [heading, shown.canvas.parentElement, map.box, spread.box, sights.canvas.closest("figure"), dice.canvas.closest("figure"), more];
  parts.forEach((part, i) => {
    part.style.order = 4 * i + column; // between them is room: for the curve
    part.classList.toggle("of-kept", column > 0);
  });

  // What a report of the worker brought, of a network under these settings.
  function show({ copies: { seen, drawn }, codes, steps }, settings) {
    shown.paint(tiled([seen, drawn], SHOWN));
    shown.title(title(settings.noise));
    shown.describe(steps ? `after ${steps} steps` : "before training: nearly the mean digit, the same for each");
    if (codes) map.show(codes, settings);
  }

  function measured(now) {
    const { spread: found, sights: weights, dice: { drawn }, gone: dead } = now.measures;
    const read = readOf({ ...now, ...now.measures });
    spread.show(found, now.latest.steps);
    sights.paint(tiled([weights, new Float32Array(SHOWN * SIZE - weights.length)], SHOWN / 2));
    sights.title(seeing(now.settings));
    sights.describe(`${weights.length / SIZE} of them`);
    gone.show(dead.map((each) => (each ? "✕" : "")));
    digits.show(read.map((label) => (label === null ? "" : String(label))));
    more.textContent = measures({ ...now, read }).join(" ");
    dice.paint(tiled([drawn], SHOWN));
    dice.describe(read.length ? `read as ${read.map((label) => label ?? "none").join(", ")}` : `${drawn.length / SIZE} of them`);
  }

  function close() {
    map.close();
    for (const part of parts) part.remove();
  }
  // of all that may stand there, `longest` is the longest
  function entitle(words, longest) {
    heading.textContent = words;
    roomFor(heading, longest);
  }
  return { show, measured, entitle, close };
}
