// Draws the loss of a training that is under way. Traits in, nothing out.
import { draw } from "./svg.js";
import { watchPython } from "./ui.js";

const WIDTH = 480;
const HEIGHT = 180;
const LEFT = 56;
const BOTTOM = 28;
const TOP = 10;
const LOST = "Python is gone, and this training with it: run the cell again.";

function label(value) {
  return Math.abs(value) >= 1000 || Math.abs(value) < 0.01 ? value.toExponential(1) : value.toPrecision(3);
}

function waiting(seconds) {
  if (seconds < 1) return "";
  return seconds < 90 ? `, about ${Math.ceil(seconds)} s left` : `, about ${Math.ceil(seconds / 60)} min left`;
}

function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "aelib-monitor";
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", "Training progress");
  const bar = document.createElement("progress");
  bar.setAttribute("aria-label", "epochs done");
  const text = document.createElement("span");
  const status = document.createElement("span");
  status.className = "aelib-monitor-status";
  status.setAttribute("role", "status");
  root.append(bar, text);
  const svg = draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" }, root);
  root.append(status);
  el.append(root);

  function redraw() {
    const epochs = model.get("epochs");
    const done = model.get("done");
    const curve = model.get("curve");
    const training = model.get("training");
    const validation = model.get("validation");
    bar.max = epochs;
    bar.value = done;
    const last = training.length ? `, loss ${label(training.at(-1))}` : "";
    const held = validation.length ? `, on held-out data ${label(validation.at(-1))}` : "";
    text.textContent =
      `${model.get("message")}: ${done.toFixed(1)} of ${epochs} epochs${last}${held}` +
      waiting(model.get("seconds_left"));
    svg.replaceChildren();
    svg.setAttribute("aria-label", `Loss curve, ${text.textContent}`);
    if (!curve.length) return;
    // The first batches tower over the rest: from the second epoch on, scale to what came later.
    const settled = curve.filter(([at]) => done < 1 || at > 0.25);
    const levels = [...settled.map(([, loss]) => loss), ...validation].filter(Number.isFinite);
    const low = Math.min(...levels);
    const high = Math.max(...levels, low + 1e-9);
    const x = (at) => LEFT + ((WIDTH - LEFT - 8) * at) / epochs;
    const y = (loss) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - (Math.min(loss, high) - low) / (high - low));
    for (const level of [low, (low + high) / 2, high]) {
      draw("line", { x1: LEFT, x2: WIDTH - 8, y1: y(level), y2: y(level), class: "grid" }, svg);
      draw("text", { x: LEFT - 6, y: y(level) + 4, "text-anchor": "end" }, svg, label(level));
    }
    for (const at of [0, epochs]) {
      draw("text", { x: x(at), y: HEIGHT - 8, "text-anchor": "middle" }, svg, at);
    }
    draw("text", { x: x(epochs / 2), y: HEIGHT - 8, "text-anchor": "middle" }, svg, "epochs");
    const points = curve.map(([at, loss]) => `${x(at).toFixed(1)},${y(loss).toFixed(1)}`).join(" ");
    draw("polyline", { points, class: "training" }, svg);
    validation.forEach((loss, i) => draw("circle", { cx: x(i + 1), cy: y(loss), r: 4 }, svg));
  }

  // A screen reader hears each epoch and the end, not every batch.
  function announce() {
    const training = model.get("training");
    const over = model.get("seconds_left") === 0 && model.get("done") > 0;
    const loss = training.length ? `, loss ${label(training.at(-1))}` : "";
    status.textContent = over ? model.get("message") : `epoch ${training.length} of ${model.get("epochs")}${loss}`;
  }

  const unfinished = () => model.get("seconds_left") > 0 || !model.get("done");
  const leave = watchPython(model, (gone) => {
    if (gone && unfinished()) text.textContent = status.textContent = LOST;
  });
  redraw();
  model.on("change:curve change:message change:training change:validation", redraw);
  model.on("change:training change:message", announce);
  return () => {
    leave();
    model.off("change:curve change:message change:training change:validation", redraw);
    model.off("change:training change:message", announce);
  };
}

export default { render };
