// Draw a digit: it is centred as MNIST was, encoded and decoded while the hand moves.
import { openPainted, renewed } from "./models.js";
import { openCode, openExamples } from "./state.js";
import { button, chooser, frame, make, picture, slider } from "./ui.js";
import { plane } from "./plane.js";

const SIDE = 280; // of the drawing, in its own pixels

// Strokes for those who cannot draw and have no real pictures at hand: [x, y, x, y, ...]
const SAMPLES = [
  [140, 50, 85, 90, 80, 185, 140, 230, 200, 185, 195, 90, 140, 50],
  [110, 90, 150, 50, 150, 230],
  [85, 90, 135, 50, 190, 85, 175, 135, 80, 225, 200, 225],
  [90, 65, 145, 50, 185, 85, 130, 130, 190, 180, 140, 230, 85, 210],
  [120, 50, 85, 150, 195, 150, 180, 60, 180, 230],
  [75, 60, 200, 60, 130, 230],
];

// How much of each pixel of a row of `fine` pixels falls into each of `coarse` ones.
function shares(fine, coarse, centre, scale) {
  const list = [];
  for (let i = 0; i < fine; i++) {
    const from = (i - centre) * scale + coarse / 2;
    const to = from + scale;
    for (let k = Math.max(0, Math.floor(from)); k < Math.min(coarse, Math.ceil(to)); k++) {
      list.push([i, k, Math.min(to, k + 1) - Math.max(from, k)]);
    }
  }
  return list;
}

// MNIST's way: the ink's box scaled to 20 x 20, its centre of mass in the middle of 28 x 28,
// every pixel the mean of what it covers.
export function centred(ink, side, size = 28, box = 20) {
  let [left, right, top, bottom, mass, x, y] = [side, -1, side, -1, 0, 0, 0];
  for (let i = 0; i < ink.length; i++) {
    if (!ink[i]) continue;
    const column = i % side;
    const row = (i - column) / side;
    left = Math.min(left, column);
    right = Math.max(right, column);
    top = Math.min(top, row);
    bottom = Math.max(bottom, row);
    mass += ink[i];
    x += ink[i] * (column + 0.5);
    y += ink[i] * (row + 0.5);
  }
  const result = new Float32Array(size * size);
  if (!mass) return result;
  const scale = box / Math.max(right - left + 1, bottom - top + 1, side / 6); // a dot stays a dot
  const half = new Float32Array(side * size);
  for (const [i, k, share] of shares(side, size, x / mass, scale)) {
    for (let row = top; row <= bottom; row++) half[row * size + k] += ink[row * side + i] * share;
  }
  for (const [i, k, share] of shares(side, size, y / mass, scale)) {
    for (let column = 0; column < size; column++) result[k * size + column] += half[i * size + column] * share;
  }
  return result.map((v) => Math.min(1, v));
}

async function render({ model, el }) {
  const examples = await openExamples(model);
  const shape = model.get("_shape");
  const { pictures, controls, say, leave } = frame(el, "Digit pad", model);
  const figure = make("figure", { class: "drawing" }, pictures);
  const canvas = make("canvas", { width: SIDE, height: SIDE, role: "img", "aria-label": "drawing" }, figure);
  make("figcaption", {}, figure, "draw here");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  Object.assign(context, { lineCap: "round", lineJoin: "round" });
  const stack = make("div", { class: "stack" }, pictures);
  const seen = picture(stack, "centred", shape);
  const decoded = picture(stack, "reconstruction", shape);
  let strokes = []; // each { width, points: [x, y, ...] } or { pixels } of an example
  let map = null;

  const models = openPainted(model, decoded, say, () => describe());
  let input = new Float32Array(shape[0] * shape[1]);
  const code = openCode(model, redraw, () => model.set("picture", Array.from(input)));
  const describe = () => {
    if (!strokes.length) return "the pad is empty";
    const words = examples.resembles(models.latest);
    decoded.describe(words);
    const numbers = Array.from(code.z.slice(0, 4), (v) => v.toFixed(1)).join(", ");
    return `the reconstruction ${words}; z = ${numbers}${code.z.length > 4 ? ", ..." : ""}`;
  };

  function draw({ width, points, pixels }, from = 0) {
    if (pixels) {
      for (let i = 0; i < pixels.length; i++) {
        context.fillStyle = `rgba(0, 0, 0, ${pixels[i]})`;
        if (pixels[i]) context.fillRect((i % shape[1]) * 10, Math.floor(i / shape[1]) * 10, 10, 10);
      }
      return;
    }
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(points[from], points[from + 1]);
    for (let i = from; i < points.length; i += 2) context.lineTo(points[i], points[i + 1]);
    context.stroke();
  }

  function read(atOnce) {
    const rgba = context.getImageData(0, 0, SIDE, SIDE).data;
    const ink = new Float32Array(SIDE * SIDE);
    for (let i = 0; i < ink.length; i++) ink[i] = rgba[4 * i + 3] / 255;
    const example = strokes.length === 1 && strokes[0].pixels; // already as MNIST has it
    input = example || centred(ink, SIDE);
    seen.paint(input);
    seen.describe(strokes.length ? "the drawing, scaled to the network's 28 x 28 pixels" : "empty");
    const found = (z) => {
      code.z.set(z);
      code.moved(atOnce);
    };
    if (strokes.length) models.encode(input, (z) => strokes.length && found(z)); // wiped meanwhile: nothing
    else found(code.z.map(() => 0));
  }

  function repaint() {
    context.clearRect(0, 0, SIDE, SIDE);
    strokes.forEach((each) => draw(each));
    [undo, clear].forEach((each) => (each.disabled = !strokes.length));
    read(true);
  }

  let pen = null;
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    const zoom = SIDE / canvas.clientWidth;
    return [(event.clientX - box.left - canvas.clientLeft) * zoom, (event.clientY - box.top - canvas.clientTop) * zoom];
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (pen !== null || event.button) return; // a second finger or the right button draws nothing
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    pen = event.pointerId;
    strokes.push({ width: thickness, points: place(event) });
    draw(strokes.at(-1));
    [undo, clear].forEach((each) => (each.disabled = false));
    read(false);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pen) return;
    const { points } = strokes.at(-1);
    const from = points.length - 2;
    const between = event.getCoalescedEvents?.() ?? [];
    for (const each of between.length ? between : [event]) points.push(...place(each));
    draw(strokes.at(-1), from);
    read(false);
  });
  const lift = (event) => {
    if (event.pointerId !== pen) return;
    pen = null;
    read(true);
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);

  const row = make("div", { class: "row" }, controls);
  const undo = button(row, "undo", () => (strokes.pop(), repaint()));
  const clear = button(row, "clear", () => ((strokes = []), repaint()));
  let sample = 0;
  if (!examples.count) {
    button(row, "draw an example", () => {
      strokes = [{ width: thickness, points: SAMPLES[sample++ % SAMPLES.length] }];
      repaint();
    });
  }
  let thickness = 24;
  const width = { low: 10, high: 44, home: () => 24, words: (v) => v.toFixed(0) };
  slider(controls, "thickness", width, (value) => (thickness = value)).show(thickness);
  chooser(controls, examples, "show a real digit", (i) => {
    strokes = [{ pixels: examples.pixels(i) }];
    repaint();
  });
  if (examples.dim > 1) {
    map = plane(controls, examples, code.z, {});
    const flat = examples.dim === 2;
    const axes = { mean: [0, 0], rows: [[1, 0], [0, 1]], names: ["z[0]", "z[1]"] };
    map.show(flat ? axes : { ...model.get("_plane"), names: ["component 1", "component 2"] });
  }

  function redraw() {
    map?.mark();
    if (strokes.length || code.z.some((v) => v)) return models.decode(code.z);
    decoded.paint(new Float32Array(input.length));
    return say(describe);
  }
  [undo, clear].forEach((each) => (each.disabled = true));
  redraw();
  return () => {
    leave();
    code.close();
    map?.close();
    models.close();
  };
}

export const digitPad = { render: renewed(render) };
export default digitPad;
