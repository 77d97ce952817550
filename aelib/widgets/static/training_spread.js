// How much each number of the code differs between digits: a bar each, the dead ones marked.
import { make, roomFor } from "./ui.js";

const ASLEEP = 0.1; // a standard deviation below which a number says nothing: its variance is 0.01

export function openSpread(parent) {
  const figure = make("figure", { class: "spread" }, parent);
  const bars = make("div", { class: "numbers", role: "img" }, figure);
  const told = (most, steps) => `How much each number of the code differs between held-out digits (standard deviation): the highest bar is ${most.toFixed(2)}. Below ${ASLEEP}, the dashed line, a number is asleep and marked ✕.${steps ? "" : " Nothing is trained yet."}`;
  const words = roomFor(make("figcaption", {}, figure), told(10, 0));
  function show(spread, steps) {
    bars.replaceChildren();
    const most = Math.max(...spread, ASLEEP);
    make("i", { class: "threshold" }, bars).style.bottom = `${(100 * ASLEEP) / most}%`;
    spread.forEach((s, i) => {
      const bar = make("span", { class: s < ASLEEP ? "asleep" : "awake", title: `z[${i}]: ${s.toFixed(2)}` }, bars, s < ASLEEP ? "✕" : "");
      bar.style.height = `${Math.max(2, (100 * s) / most)}%`;
    });
    const asleep = spread.map((s, i) => (s < ASLEEP ? i : -1)).filter((i) => i >= 0);
    const names = asleep.length ? `z[${asleep.join("], z[")}]` : "none of them";
    words.textContent = told(Math.max(...spread), steps);
    bars.setAttribute("aria-label", `spread of ${spread.length} numbers, at most ${Math.max(...spread).toFixed(2)}; asleep: ${names}`);
  }
  return { box: figure, show };
}
