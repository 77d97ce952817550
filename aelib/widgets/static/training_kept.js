// A network that is kept, whole, beside the next one: "keep this one, change one thing".
import { DIFFERENCE, difference, FIGURES, figures } from "./training_words.js";
import { button } from "./ui.js";

const [KEEP, LET_GO] = ["Keep this run", "Drop the kept run"];
const all = ({ settings, digits, mixed }) => ({ ...settings, digits, mixed: mixed ? "changed on the way" : "the same all the way" });

// row: where its button stands; open(latent): a second screen; now(): the network in training;
// changed(kept): what stands beside it is to be drawn anew.
export function openKept(row, open, now, changed) {
  let [kept, screen] = [null, null];
  const toggle = button(row, KEEP, () => (kept ? letGo() : take(now())), { disabled: "" });

  function take(found) {
    kept = { ...found, points: [...found.points] };
    screen = open(kept.settings.latent);
    screen.show(kept.latest, kept.settings);
    screen.measured(kept);
    toggle.textContent = LET_GO;
    changed(kept);
  }

  function letGo() {
    screen.close();
    [kept, screen] = [null, null];
    toggle.textContent = KEEP;
    changed(kept);
  }

  // What is said of both, once the network in training has changed: nothing if none was kept. heading: its
  // words, and the longest that may stand there.
  function compare(latest) {
    toggle.disabled = !kept && !latest.latest?.steps;
    if (!kept) return { kept, other: "", heading: ["", ""] };
    const other = difference(all(kept), all(latest));
    screen.entitle(`Kept (${other}): ${figures(kept)}`, `Kept (${DIFFERENCE}): ${FIGURES}`);
    return { kept, other, heading: [`New run (${difference(all(latest), all(kept))})`, `New run (${DIFFERENCE})`] };
  }
  return { compare, close: () => screen?.close() };
}
