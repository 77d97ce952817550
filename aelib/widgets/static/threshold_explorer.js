// A threshold on scores: two histograms, what it lets through, and the pictures on both sides.
import { bytes, floats, inflate, openTraits } from "./state.js";
import { frame, make, picture, slider, unbroken } from "./ui.js";

const NEAR = 6; // pictures shown on each side
const BINS = 50;
const COLOURS = ["#0072B2", "#D55E00"]; // normal, odd: told apart also by place and by word
const KINDS = ["normal", "odd"];

async function render({ model, el }) {
  const scores = floats(model.get("_scores"));
  const odd = bytes(model.get("_odd"));
  const shape = model.get("_shape");
  const size = shape.reduce((a, b) => a * b);
  const pixels = await inflate(bytes(model.get("_pixels")));
  const order = Array.from(scores.keys()).sort((a, b) => scores[a] - scores[b] || a - b);
  const [low, high] = [scores[order[0]], scores[order.at(-1)]];
  const total = [0, 0];
  odd.forEach((kind) => total[kind]++);

  const { root, controls, pictures, status, say, leave } = frame(el, "Threshold explorer", model);
  status.classList.add("unseen"); // the counts and the pictures show the same
  root.prepend(controls); // the slider lies right below its histogram, the pictures below both
  controls.style.gap = "0.2rem";
  const chart = make("canvas", { width: 1120, height: 280, role: "img" }, controls);
  Object.assign(chart.style, { width: "100%", maxWidth: "560px", boxSizing: "border-box", imageRendering: "auto" });
  const words = (v) => v.toPrecision(3);
  const wide = make("div", {}, controls);
  wide.style.maxWidth = "560px";
  const knob = slider(wide, "threshold", { low, high, home: () => start, words }, (value, atOnce) => change("threshold", value, atOnce));
  const start = model.get("threshold");
  knob.row.style.gridTemplateColumns = "1fr auto"; // the slider in a line of its own, as long as the histogram
  Object.assign(knob.input.style, { gridColumn: "1 / -1", gridRow: "2" });
  const counts = make("p", { class: "counts" }, controls);
  counts.style.margin = "0";
  const rows = ["alarm", "no alarm"].map((name) => {
    const title = `${name}, nearest to the threshold first`;
    const row = make("div", { class: "row", role: "group", "aria-label": title }, pictures);
    Object.assign(row.style, { width: "100%", gap: "0.5rem" });
    make("span", { "aria-hidden": "true" }, row, title).style.width = "100%";
    return Array.from({ length: NEAR }, () => {
      const one = picture(row, "", shape);
      const figure = one.canvas.parentElement;
      for (const part of figure.children) Object.assign(part.style, { width: "44px", maxWidth: "44px", minHeight: "0", fontSize: "0.85em" });
      return { ...one, figure };
    });
  });

  const heights = [0, 1].map((kind) => {
    const bins = new Float32Array(BINS);
    scores.forEach((score, i) => {
      if (odd[i] === kind) bins[Math.min(BINS - 1, Math.floor((BINS * (score - low)) / (high - low)))]++;
    });
    const most = Math.max(...bins);
    return bins.map((n) => n / most);
  });

  // Normal scores grow upwards from the middle, odd ones downwards.
  function drawChart(threshold) {
    const pen = chart.getContext("2d");
    const [width, half] = [chart.width, chart.height / 2];
    pen.clearRect(0, 0, width, 2 * half);
    const step = width / BINS;
    heights.forEach((bins, kind) => {
      pen.fillStyle = COLOURS[kind];
      bins.forEach((h, i) => {
        const tall = h * (half - 12);
        pen.fillRect(i * step, kind ? half : half - tall, step - 3, tall);
      });
    });
    pen.fillStyle = pen.strokeStyle = getComputedStyle(root).color;
    pen.font = `${Math.round((13 * width) / (chart.clientWidth || 560))}px system-ui, sans-serif`;
    pen.textAlign = "right";
    KINDS.forEach((name, kind) => pen.fillText(name, width - 12, kind ? half + 80 : half - 60));
    const x = ((Math.min(high, Math.max(low, threshold)) - low) / (high - low)) * (width - 4) + 2;
    pen.lineWidth = 4;
    pen.beginPath();
    pen.moveTo(x, 0);
    pen.lineTo(x, 2 * half);
    pen.stroke();
  }

  const percent = (n, of) => `${((100 * n) / of).toFixed(1)} %`;

  function redraw() {
    const threshold = Math.fround(model.get("threshold"));
    let below = 0;
    const quiet = [0, 0];
    while (below < order.length && scores[order[below]] < threshold) quiet[odd[order[below++]]]++;
    const [alarms, hits] = [total[0] - quiet[0], total[1] - quiet[1]];
    counts.textContent = unbroken(
      `false alarms: ${alarms} of ${total[0]} normal (${percent(alarms, total[0])}); ` +
      `hits: ${hits} of ${total[1]} odd (${percent(hits, total[1])}); misses: ${quiet[1]}`,
    );
    knob.show(threshold);
    drawChart(threshold);
    chart.setAttribute("aria-label", `Histograms of normal scores, upwards, and odd scores, downwards. Threshold ${words(threshold)}.`);
    const near = [order.slice(below, below + NEAR), order.slice(Math.max(0, below - NEAR), below).reverse()];
    near.forEach((places, side) =>
      rows[side].forEach((one, i) => {
        one.figure.hidden = i >= places.length;
        if (one.figure.hidden) return;
        const begin = places[i] * size;
        one.paint(Float32Array.from(pixels.subarray(begin, begin + size), (v) => v / 255));
        const kind = odd[places[i]];
        one.title(KINDS[kind]);
        one.describe(`score ${words(scores[places[i]])}`);
        one.canvas.style.outline = kind ? `3px dashed ${COLOURS[1]}` : "none";
      }),
    );
    const kinds = (places) => places.map((i) => KINDS[odd[i]]).join(", ") || "none";
    say(() => {
      const shares = `${percent(alarms, total[0])} false alarms, ${percent(hits, total[1])} hits`;
      return `${shares}; just above: ${kinds(near[0])}; just below: ${kinds(near[1])}`;
    });
  }

  const { change, close } = openTraits(model, ["threshold"], redraw);
  redraw();
  return () => (close(), leave());
}

export default { render };
