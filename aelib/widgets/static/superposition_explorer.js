// How many things two numbers hold: sparsity and importance as sliders, trained anew while one drags.
import { COLOURS } from "./plane.js";
import { openTraits } from "./state.js";
import { arranging, gaps, isLong, length } from "./superposition.js";
import { draw } from "./svg.js";
import { button, frame, make, slider, unbroken } from "./ui.js";

const RAREST = 0.02;
const POINTS = 21; // of the curve, from always there to rarest
const SLICE = 8; // milliseconds of training between two frames
const REST = 3000; // milliseconds between two spoken sentences
const SIZE = 220; // of the plane, 1.6 to each side, and of the curve
const [LEFT, RIGHT, TOP, BOTTOM] = [24, 20, 12, 44];

const sparsity = (p) => -Math.log10(p);
const short = (v) => String(+v.toPrecision(2));
const list = (all) => (all.length > 1 ? `${all.slice(0, -1).join(", ")} and ${all.at(-1)}` : String(all[0]));

function render({ model, el }) {
  const { root, pictures, controls, status, say, leave } = frame(el, "Superposition explorer", model);
  root.classList.add("superposition");
  const now = () => Object.fromEntries(["things", "p", "importance", "seed"].map((name) => [name, model.get(name)]));
  const name = (settings) => JSON.stringify(settings);
  const plane = openPlane(pictures);
  const curve = openCurve(pictures);
  const words = make("p", { class: "figures" }, controls);

  const rare = slider(controls, "sparsity", { low: 0, high: sparsity(RAREST), home: () => sparsity(0.05), words: (v) => `p = ${short(10 ** -v)}` }, (v, atOnce) =>
    change("p", Math.min(1, Math.max(RAREST, 10 ** -v)), atOnce),
  );
  const counts = slider(controls, "importance", { low: 0.5, high: 1, home: () => 1 }, (v, atOnce) => change("importance", v, atOnce));
  const many = slider(controls, "things", { low: 2, high: 8, home: () => 5, by: 1, words: (v) => String(Math.round(v)) }, (v, atOnce) => change("things", Math.round(v), atOnce));
  many.input.step = 1;
  const row = make("div", { class: "row" }, controls);
  button(row, "Another seed", () => change("seed", (model.get("seed") + 1) % 2 ** 31, true));
  make("p", { class: "caption" }, controls, "Sparsity: each thing is there with probability p. Importance: how much a thing counts, as a share of the one before.");

  const known = new Map(); // settings -> what was trained under them
  let job = null; // { settings, steps } in training
  let frameAt = 0;
  let spoken = -REST;
  let voice;

  // What is to be trained next: the arrangement, then the points of the curve, until all is there.
  function wanted() {
    const shown = now();
    const p = Array.from({ length: POINTS }, (_, i) => RAREST ** (i / (POINTS - 1)));
    return [shown, ...p.map((each) => ({ ...shown, p: each }))].find((settings) => !known.has(name(settings)));
  }

  function work() {
    frameAt = 0;
    const until = performance.now() + SLICE;
    while (performance.now() < until) {
      const settings = job?.settings ?? wanted();
      if (!settings) break;
      job ??= { settings, steps: arranging(settings) };
      const { done, value } = job.steps.next();
      if (!done) continue;
      known.set(name(settings), value);
      job = null;
      showAll();
    }
    if (job || wanted()) frameAt ||= requestAnimationFrame(work);
  }

  function showAll() {
    const settings = now();
    const found = known.get(name(settings));
    if (found) {
      plane.show(found.arrows);
      words.textContent = sentence(settings, found);
      speak();
    }
    const points = [];
    for (let i = 0; i < POINTS; i++) {
      const p = RAREST ** (i / (POINTS - 1));
      const there = known.get(name({ ...settings, p }));
      if (there) points.push({ p, long: there.arrows.filter(isLong).length });
    }
    curve.show(points, settings);
  }

  function speak() {
    clearTimeout(voice);
    voice = setTimeout(() => {
      spoken = performance.now();
      say(() => words.textContent);
    }, Math.max(0, spoken + REST - performance.now()));
  }

  function redraw() {
    const settings = now();
    rare.show(sparsity(settings.p));
    counts.show(settings.importance);
    many.show(settings.things);
    if (known.size > 500) known.clear(); // a hand that never rests
    showAll();
    frameAt ||= requestAnimationFrame(work);
  }

  const { change, close } = openTraits(model, ["things", "p", "importance", "seed"], redraw);
  status.classList.add("unseen"); // the line of figures shows the same words
  redraw();
  return () => {
    cancelAnimationFrame(frameAt);
    clearTimeout(voice);
    close();
    leave();
  };
}

function sentence({ things, p, importance }, { arrows, lost }) {
  const long = arrows.map((arrow, i) => [i + 1, arrow]).filter(([, arrow]) => isLong(arrow)).map(([i]) => i);
  const given = arrows.map((_, i) => i + 1).filter((i) => !long.includes(i));
  const turns = gaps(arrows).map(Math.round);
  const [least, most] = [Math.min(...turns), Math.max(...turns)];
  const apart = long.length < 2 ? "" : least === most ? `, ${least}° from one to the next` : `, ${least}° to ${most}° from one to the next`;
  const up = given.length ? ` Without a long arrow: ${list(given)}.` : "";
  const alike = importance > 0.995 ? "all count alike" : `each counts ${importance.toFixed(2)} times the one before`;
  const told = `p = ${short(p)}, ${alike}: ${long.length} of ${things} arrows are longer than one half${apart}. ${Math.round(100 * lost)} % of what varies is lost.${up}`;
  return unbroken(told);
}

// The plane of the two numbers: an arrow and a number for each thing, and a circle of radius 1.
function openPlane(parent) {
  const figure = make("figure", { class: "curve" }, parent);
  const svg = draw("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, role: "img" }, figure);
  make("figcaption", {}, figure, "one arrow for each thing, in the plane of the two numbers");
  const at = (v) => (SIZE / 2) * (1 + v / 1.6);

  function show(arrows) {
    svg.replaceChildren();
    draw("circle", { cx: at(0), cy: at(0), r: at(1) - at(0), class: "grid", fill: "none" }, svg);
    for (const ends of [[at(0), at(0), 0, SIZE], [0, SIZE, at(0), at(0)]]) {
      draw("line", { x1: ends[0], x2: ends[1], y1: ends[2], y2: ends[3], class: "grid" }, svg);
    }
    arrows.forEach(([x, y], i) => {
      const size = length([x, y]);
      const [tip, colour] = [[at(x), at(-y)], COLOURS[i]];
      draw("line", { x1: at(0), y1: at(0), x2: tip[0], y2: tip[1], stroke: colour, "stroke-width": 3 }, svg);
      if (size < 0.15) return; // named in the sentence
      const [u, v] = [x / size, -y / size];
      const corners = [[0, 0], [-10, 5], [-10, -5]].map(([a, b]) => `${tip[0] + a * u - b * v},${tip[1] + a * v + b * u}`);
      draw("polygon", { points: corners.join(" "), fill: colour }, svg);
      draw("text", { x: tip[0] + 13 * u, y: tip[1] + 13 * v + 5, "text-anchor": "middle" }, svg, i + 1);
    });
    const lengths = arrows.map((arrow, i) => `${i + 1}: ${length(arrow).toFixed(1)}`).join(", ");
    svg.setAttribute("aria-label", `Arrows in a plane, with their lengths: ${lengths}.`);
  }
  return { show };
}

// How many arrows are longer than one half, from always there to rarest.
function openCurve(parent) {
  const figure = make("figure", { class: "curve" }, parent);
  const svg = draw("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, role: "img" }, figure);
  make("figcaption", {}, figure, "arrows longer than one half, trained for every p");
  const x = (p) => LEFT + ((SIZE - LEFT - RIGHT) * sparsity(p)) / sparsity(RAREST);

  function show(points, { things, p }) {
    const y = (count) => TOP + (SIZE - TOP - BOTTOM) * (1 - count / things);
    svg.replaceChildren();
    for (let count = 0; count <= things; count++) {
      draw("line", { x1: LEFT, x2: SIZE - RIGHT, y1: y(count), y2: y(count), class: "grid" }, svg);
      draw("text", { x: LEFT - 8, y: y(count) + 5, "text-anchor": "end" }, svg, count);
    }
    for (const mark of [1, 0.5, 0.2, 0.05, RAREST]) draw("text", { x: x(mark), y: SIZE - 24, "text-anchor": "middle" }, svg, mark);
    draw("text", { x: (LEFT + SIZE - RIGHT) / 2, y: SIZE - 5, "text-anchor": "middle" }, svg, "p, rarer to the right");
    draw("line", { x1: x(p), x2: x(p), y1: TOP - 6, y2: y(0), class: "level", "stroke-dasharray": "4 3" }, svg);
    draw("polyline", { points: points.map((point) => `${x(point.p)},${y(point.long)}`).join(" "), class: "learned" }, svg);
    for (const point of points) draw("circle", { cx: x(point.p), cy: y(point.long), r: 3.5, class: "learned" }, svg);
    const told = points.filter(({ long }, i) => i === 0 || long !== points[i - 1].long).map((point) => `${point.long} at ${short(point.p)}`);
    const still = points.length < POINTS ? `, ${points.length} of ${POINTS} trained` : "";
    svg.setAttribute("aria-label", `Arrows longer than one half, as p falls from 1 to ${RAREST}${still}: ${told.join(", ") || "none yet"}.`);
  }
  return { show };
}

export default { render };
