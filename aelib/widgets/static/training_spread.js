// How much each number of the code differs between digits: a bar each, the dead ones marked.
import { make } from "./ui.js";

const ASLEEP = 0.1; // a standard deviation below which a number says nothing: its variance is 0.01

export function openSpread(parent) {
  const figure = make("figure", { class: "spread" }, parent);
  const bars = make("div", { class: "numbers", role: "img" }, figure);
  make("figcaption", {}, figure, "how much each number of the code differs between held-out digits; ✕ marks those that say nothing");
  function show(spread) {
    bars.replaceChildren();
    const most = Math.max(...spread, ASLEEP);
    spread.forEach((s, i) => {
      const bar = make("span", { class: s < ASLEEP ? "asleep" : "awake", title: `z[${i}]: ${s.toFixed(2)}` }, bars, s < ASLEEP ? "✕" : "");
      bar.style.height = `${Math.max(2, (100 * s) / most)}%`;
    });
    const asleep = spread.map((s, i) => (s < ASLEEP ? i : -1)).filter((i) => i >= 0);
    const dead = asleep.length ? `z[${asleep.join("], z[")}] say nothing` : "all of them say something";
    bars.setAttribute("aria-label", `spread of ${spread.length} numbers, at most ${most.toFixed(2)}; ${dead}`);
  }
  return { box: figure, show };
}
