// A plane through the latent space: the encoded examples as glyphs, and a cursor that can be moved.
import { make, onDensity, step } from "./ui.js";

// Told apart by colour-blind eyes as far as ten can be, readable on white and on black; the glyph says the rest.
export const COLOURS = ["#2b83ca", "#d55e00", "#009e73", "#cc79a7", "#a08000", "#8478f5", "#cc5560", "#5b9400", "#868686", "#1c8fa8"];

const dot = (a, b) => a.reduce((sum, v, i) => sum + v * b[i], 0);

// view: { mean, rows: [u, v] } of orthonormal rows, names: [horizontal, vertical], least: half the width
// that is shown at least (0 if left out).
// moved(atOnce) after z was changed in place; picked(i) after a click on example i.
export function plane(parent, examples, z, { moved, picked }) {
  const pad = make("div", { class: moved ? "pad plane drags" : "pad plane" }, parent);
  const canvas = make("canvas", { role: "img" }, pad);
  const cursor = make("div", { class: "cursor", "aria-hidden": "true" }, pad);
  const interactive = Boolean(moved);
  const axes = interactive ? [0, 1].map(() => make("input", { type: "range", step: "any", class: "unseen" }, pad)) : [];
  let view;
  let places; // of the examples, x and y by turns
  let middle;
  let over; // a canvas for a way through the map
  let way = [];
  let reach; // half the width of what is shown: the same on both axes, so that distances are honest

  const project = (code) => view.rows.map((row) => dot(row, code) - dot(row, view.mean));
  const toScreen = ([u, v], size) => [
    ((u - middle[0]) / reach + 1) * (size / 2),
    (1 - (v - middle[1]) / reach) * (size / 2),
  ];

  function draw() {
    const size = pad.clientWidth;
    if (!size || !view) return;
    const dense = window.devicePixelRatio || 1;
    canvas.width = canvas.height = Math.round(size * dense);
    const context = canvas.getContext("2d");
    context.scale(dense, dense);
    context.font = `${examples.count > 800 ? 9 : 11}px system-ui, sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    const classes = [...new Set(examples.labels)].sort((a, b) => a - b);
    for (let i = 0; i < examples.count; i++) {
      const [x, y] = toScreen([places[2 * i], places[2 * i + 1]], size);
      const label = examples.labels[i];
      context.fillStyle = COLOURS[Math.max(0, classes.indexOf(label)) % COLOURS.length];
      context.fillText(label ?? "•", x, y);
    }
    mark();
    drawWay(size, dense);
  }

  // A way through the map: its places joined, and the straight line from the first to the last.
  function drawWay(size, dense) {
    if (!way.length) return;
    over ??= make("canvas", { class: "way", "aria-hidden": "true" }, pad);
    over.width = over.height = Math.round(size * dense);
    const context = over.getContext("2d");
    context.scale(dense, dense);
    context.strokeStyle = context.fillStyle = getComputedStyle(pad).color;
    const places = way.map((code) => toScreen(project(code), size));
    const line = (points, width, dashes) => {
      context.beginPath();
      context.lineWidth = width;
      context.setLineDash(dashes);
      points.forEach(([x, y]) => context.lineTo(x, y));
      context.stroke();
    };
    line([places[0], places[places.length - 1]], 1, [3, 4]);
    line(places, 2.5, []);
    for (const [x, y] of places) context.fillRect(x - 2.5, y - 2.5, 5, 5);
  }

  function trail(codes) {
    way = codes;
    drawWay(pad.clientWidth, window.devicePixelRatio || 1);
  }

  function mark() {
    const at = project(z);
    const [x, y] = toScreen(at, 100);
    cursor.style.left = `${Math.min(100, Math.max(0, x))}%`;
    cursor.style.top = `${Math.min(100, Math.max(0, y))}%`;
    axes.forEach((input, axis) => {
      input.value = at[axis];
      input.setAttribute("aria-valuetext", at[axis].toFixed(2));
    });
  }

  // Only what lies in the plane moves: the other dimensions keep their values.
  function go(to, atOnce) {
    const at = project(z);
    view.rows.forEach((row, axis) => row.forEach((r, i) => (z[i] += r * (to[axis] - at[axis]))));
    moved(atOnce);
  }

  function show(next) {
    view = next;
    places = new Float32Array(2 * examples.count);
    const low = [Infinity, Infinity];
    const high = [-Infinity, -Infinity];
    for (let i = 0; i < examples.count; i++) {
      project(examples.code(i)).forEach((value, axis) => {
        places[2 * i + axis] = value;
        low[axis] = Math.min(low[axis], value);
        high[axis] = Math.max(high[axis], value);
      });
    }
    middle = low.map((value, axis) => (value + high[axis]) / 2);
    reach = Math.max(0.58 * (high[0] - low[0]), 0.58 * (high[1] - low[1]), view.least ?? 0, 1e-6);
    axes.forEach((input, axis) => {
      input.min = middle[axis] - reach;
      input.max = middle[axis] + reach;
      input.setAttribute("aria-label", `${axis ? "vertical" : "horizontal"}: ${view.names[axis]}`);
    });
    canvas.setAttribute("aria-label", `map of ${examples.count} encoded pictures, ${view.names.join(" and ")}`);
    draw();
  }

  if (interactive) {
    let down = null;
    let finger = null; // the pointer that holds the cursor: no other one moves it
    const where = ({ clientX, clientY }) => {
      const box = pad.getBoundingClientRect();
      return [clientX - box.left, clientY - box.top, box.width];
    };
    const drag = (event, atOnce) => {
      const [x, y, size] = where(event);
      go([middle[0] + ((2 * x) / size - 1) * reach, middle[1] + (1 - (2 * y) / size) * reach], atOnce);
    };
    pad.addEventListener("pointerdown", (event) => {
      if (finger !== null || event.button) return; // a second finger or the right button does nothing
      event.preventDefault();
      axes[0].focus({ preventScroll: true });
      pad.setPointerCapture(event.pointerId);
      finger = event.pointerId;
      down = where(event);
      drag(event, false);
    });
    pad.addEventListener("pointermove", (event) => event.pointerId === finger && drag(event, false));
    const release = (event) => {
      if (event.pointerId !== finger) return;
      finger = null;
      const [x, y, size] = where(event);
      const still = Math.hypot(x - down[0], y - down[1]) < 4;
      let best = { i: -1, distance: 9 };
      for (let i = 0; still && i < examples.count; i++) {
        const at = toScreen([places[2 * i], places[2 * i + 1]], size);
        const distance = Math.hypot(at[0] - x, at[1] - y);
        if (distance < best.distance) best = { i, distance };
      }
      if (best.i >= 0) picked(best.i);
      else drag(event, true);
    };
    pad.addEventListener("pointerup", release);
    pad.addEventListener("pointercancel", (event) => event.pointerId === finger && (finger = null));
    axes.forEach((input) => {
      input.addEventListener("input", () => go([+axes[0].value, +axes[1].value], false));
      input.addEventListener("keydown", (event) => {
        const vertical = ["ArrowUp", "ArrowDown", "PageUp", "PageDown"].includes(event.key) ? 1 : 0;
        const to = project(z);
        const next = step(event, to[vertical], middle[vertical] - reach, middle[vertical] + reach, null);
        if (next === null && event.key !== "0") return;
        event.preventDefault();
        if (next === null) to.fill(0); // 0: the mean of all codes
        else to[vertical] = next;
        go(to, false);
      });
    });
  }

  const watcher = new ResizeObserver(draw);
  watcher.observe(pad);
  const forget = onDensity(draw);
  const close = () => {
    watcher.disconnect();
    forget();
  };
  return { show, mark, trail, width: () => 2 * reach, close };
}
