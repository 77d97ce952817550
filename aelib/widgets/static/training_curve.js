// The error on held-out digits while a network learns, with the lines that it should pass.
import { draw } from "./svg.js";
import { make } from "./ui.js";

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [480, 240, 40, 8, 12, 34];

const LETTER = 7.5; // how wide one is, at most
const STEP = 15; // from a line of words to the next
const short = (v) => (v >= 10000 ? `${v / 1000}k` : String(+v.toPrecision(2)));

// Round numbers from 0 to the end of an axis, three to five of them.
export function ticks(end) {
  const power = 10 ** Math.floor(Math.log10(end / 3));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => end / n < 4.5);
  return Array.from({ length: Math.floor(end / step + 1e-9) + 1 }, (_, i) => i * step);
}

// Where the words at the right end of a level stand: above its line, or below it where a curve would
// run through them.
export function beside(level, words, places) {
  const left = WIDTH - RIGHT - LETTER * words.length;
  const crossed = (from, to) => places.some(([x, y]) => x > left && y > from && y < to);
  const fits = level + 18 < HEIGHT - BOTTOM && !crossed(level - 2, level + 18);
  return crossed(level - 18, level + 2) && fits ? level + 14 : level - 4;
}

// Heights of lines of words, moved down where one would stand on another, and up where the last would
// stand below `end`.
export function apart(heights, end = Infinity) {
  const made = [...heights];
  const order = made.map((_, i) => i).sort((i, j) => made[i] - made[j]);
  order.forEach((i, k) => k && (made[i] = Math.max(made[i], made[order[k - 1]] + STEP)));
  order.reverse().forEach((i, k) => (made[i] = Math.min(made[i], k ? made[order[k - 1]] - STEP : end)));
  return made;
}

// show(points, levels, kept, other): points: { seen, seconds, error }; levels: { words, value, dashes, run },
// run: "new" or "kept" where a level belongs to one of two;
// kept: points of a network that was kept, or null; other: in what it differs.
export function openCurve(parent) {
  const figure = make("figure", { class: "curve" }, parent);
  figure.style.order = 6; // below the digits and their copies
  const svg = draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" }, figure);
  const row = make("div", { class: "row" }, figure);
  const label = make("label", {}, row, "against ");
  const against = make("select", { "aria-label": "the curve goes against" }, label);
  for (const [value, words] of [["seen", "digits seen"], ["seconds", "seconds of computing"]]) make("option", { value }, against, words);
  let latest = [[], [], null, ""];

  function show(points, levels, kept, other) {
    latest = [points, levels, kept, other];
    svg.replaceChildren();
    const unit = against.value;
    const errors = points.map(({ error }) => error).filter(Number.isFinite);
    const top = 1.05 * Math.max(...levels.map(({ value }) => value), ...errors.slice(0, 1), 1);
    const end = Math.max(points.at(-1)?.[unit] ?? 0, kept?.at(-1)[unit] ?? 0, unit === "seen" ? 1000 : 0.1);
    const x = (at) => LEFT + ((WIDTH - LEFT - RIGHT) * at) / end;
    const y = (error) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - Math.min(error, top) / top);
    for (let level = 0; level < top; level += 10) {
      draw("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: y(level), y2: y(level), class: "grid" }, svg);
      draw("text", { x: LEFT - 5, y: y(level) + 4, "text-anchor": "end" }, svg, level);
    }
    for (const at of ticks(end)) {
      const anchor = x(at) > WIDTH - RIGHT - 15 ? "end" : "middle";
      draw("text", { x: x(at), y: HEIGHT - BOTTOM + 15, "text-anchor": anchor }, svg, short(at));
    }
    draw("text", { x: (LEFT + WIDTH) / 2, y: HEIGHT - 4, "text-anchor": "middle" }, svg, unit === "seen" ? "digits seen" : "seconds of computing");
    const placed = (list) => list.filter(({ error }) => Number.isFinite(error)).map((p) => [x(p[unit]), y(p.error)]);
    const line = (list) => list.map((place) => place.map((v) => v.toFixed(1)).join(",")).join(" ");
    const [places, before] = [placed(points), placed(kept ?? [])];
    for (const { value, dashes, run = "both" } of levels) draw("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: y(value), y2: y(value), class: `level of-${run}`, "stroke-dasharray": dashes }, svg);
    if (kept) draw("polyline", { points: line(before), class: "kept" }, svg);
    draw("polyline", { points: line(places), class: "learned" }, svg);
    if (places.length) {
      const [cx, cy] = places.at(-1);
      draw("circle", { cx, cy, r: 4, class: "learned" }, svg);
    }
    // Words last, each with a rim: what runs behind them leaves them readable.
    const named = levels.map(({ words, value, run }) => ({ run, all: `${words}: ${value.toFixed(2)}`, level: y(value) }));
    const heights = apart(named.map(({ all, level }) => beside(level, all, [...places, ...before])), HEIGHT - BOTTOM - (kept ? 24 : 6));
    named.forEach(({ all, run = "both" }, i) => draw("text", { x: WIDTH - RIGHT - 4, y: heights[i], "text-anchor": "end", class: `words of-${run}` }, svg, all));
    if (kept) draw("text", { x: WIDTH - RIGHT - 4, y: HEIGHT - BOTTOM - 6, "text-anchor": "end", class: "words" }, svg, `blue dashes, kept: ${other}`);
    const last = errors.length ? `now ${errors.at(-1).toFixed(2)}` : "nothing measured yet";
    const beforehand = kept ? `; the kept curve, ${other}, ended at ${kept.at(-1).error.toFixed(2)}` : "";
    const rivals = levels.map(({ words, value }) => `${words} ${value.toFixed(2)}`).join(", ");
    svg.setAttribute("aria-label", `squared error per held-out digit: ${last}${rivals ? `; for comparison ${rivals}` : ""}${beforehand}`);
  }
  against.addEventListener("change", () => show(...latest));
  return { show };
}
