// Patches of a digit to hide: a network fills the holes, and so does the mean of its neighbours.
import { openModels, renewed } from "./models.js";
import { bytes, inflate, openTraits } from "./state.js";
import { button, frame, make, picture } from "./ui.js";

const LEVELS = 15; // of grey in the library

async function render({ model, el }) {
  const shape = model.get("_shape");
  const [down, across] = model.get("_grid");
  const size = shape[0] * shape[1];
  const places = down * across;
  const digits = await inflate(bytes(model.get("_pixels")));
  const library = await inflate(bytes(model.get("_library")));
  const nearby = model.get("_k");
  const { pictures, controls, say, leave } = frame(el, "Mask explorer", model);
  const { change, close } = openTraits(model, ["visible", "example"], redraw);
  const example = () => Float32Array.from(digits.subarray(model.get("example") * size, (model.get("example") + 1) * size), (v) => v / 255);
  const placeOf = (i) => Math.floor((Math.floor(i / shape[1]) * down) / shape[0]) * across + Math.floor(((i % shape[1]) * across) / shape[1]);
  const home = Uint8Array.from({ length: size }, (_, i) => placeOf(i)); // the patch of each pixel

  // The digit, and over it a button for each patch: pressed is visible. A finger or a mouse that goes
  // on over others does to them what it did to the first.
  const board = make("div", { class: "board pad" }, pictures);
  const shown = picture(board, "hide patches here", shape);
  const over = make("div", { class: "over patches", role: "group", "aria-label": "patches, visible if pressed" }, board);
  over.style.aspectRatio = `${shape[1]} / ${shape[0]}`;
  over.style.gridTemplateColumns = `repeat(${across}, 1fr)`;
  const set = (p, value) => {
    if (model.get("visible")[p] === value) return;
    change("visible", model.get("visible").map((old, i) => (i === p ? value : old)), false);
  };
  let stroke = null; // what a hand that is down does: 1 shows, 0 hides
  const patches = Array.from({ length: places }, (_, p) => {
    const patch = make("button", { type: "button", tabindex: p ? -1 : 0, "aria-label": `row ${Math.floor(p / across) + 1}, column ${(p % across) + 1}` }, over);
    patch.addEventListener("click", ({ detail }) => detail || set(p, 1 - model.get("visible")[p])); // by key
    patch.addEventListener("keydown", (event) => {
      const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
      if (!dx && !dy) return;
      event.preventDefault();
      const keep = (v, count) => Math.min(count - 1, Math.max(0, v));
      go(keep(Math.floor(p / across) + dy, down) * across + keep((p % across) + dx, across));
    });
    return patch;
  });
  const go = (p) => {
    patches.forEach((patch, i) => (patch.tabIndex = i === p ? 0 : -1));
    patches[p].focus({ preventScroll: true });
  };
  const at = ({ clientX, clientY }) => {
    const box = over.getBoundingClientRect();
    const part = (v, length, count) => Math.min(count - 1, Math.max(0, Math.floor((v / length) * count)));
    return part(clientY - box.top, box.height, down) * across + part(clientX - box.left, box.width, across);
  };
  over.addEventListener("pointerdown", (event) => {
    if (event.button || !event.isPrimary) return;
    event.preventDefault();
    over.setPointerCapture(event.pointerId);
    const p = at(event);
    stroke = 1 - model.get("visible")[p];
    go(p);
    set(p, stroke);
  });
  over.addEventListener("pointermove", (event) => stroke !== null && event.isPrimary && set(at(event), stroke));
  for (const end of ["pointerup", "pointercancel"]) over.addEventListener(end, () => (stroke = null));

  const stack = make("div", { class: "stack" }, pictures);
  const ways = ["network", "mean"].map((name) => ({ name, view: picture(stack, name, shape), error: 0 }));
  const row = make("div", { class: "row" }, controls);
  const all = (choose) => change("visible", choose(), true);
  button(row, "another digit", () => change("example", (model.get("example") + 1) % (digits.length / size), true));
  button(row, "other holes", () => all(() => quarter(places)));
  button(row, "hide all", () => all(() => Array(places).fill(0)));
  button(row, "show all", () => all(() => Array(places).fill(1)));

  const models = openModels(model, (_, pixels) => paint(0, pixels), say);
  let [x, visible] = [null, []];

  function paint(way, pixels) {
    const filled = x.map((v, i) => (visible[home[i]] ? v : pixels[i]));
    ways[way].error = x.reduce((sum, v, i) => sum + (v - filled[i]) ** 2, 0);
    ways[way].view.paint(filled);
    ways[way].view.title(`${ways[way].name}: error ${ways[way].error.toFixed(0)}`);
    ways[way].view.describe("the holes filled");
    say(describe);
  }

  function describe() {
    const hidden = visible.filter((v) => !v).length;
    const told = ways.map(({ name, error }) => `${name} ${error.toFixed(0)}`).join(", ");
    return `${hidden} of ${places} patches hidden; squared error: ${told}`;
  }

  function redraw() {
    [x, visible] = [example(), model.get("visible")];
    shown.paint(x.map((v, i) => (visible[home[i]] ? v : 0.5)));
    shown.describe(`${visible.filter((v) => !v).length} of ${places} patches hidden`);
    patches.forEach((patch, p) => patch.setAttribute("aria-pressed", String(Boolean(visible[p]))));
    models.decode(Float32Array.from([...x, ...visible]));
    ways[1].name = visible.some(Boolean) ? `mean of ${nearby} neighbours` : "mean of all digits";
    paint(1, neighbours(x, visible));
  }

  // The mean of the pictures of the library that are nearest in the visible pixels.
  function neighbours(x, visible) {
    const seen = Array.from(x.keys()).filter((i) => visible[home[i]]);
    const count = library.length / size;
    const apart = new Float32Array(count);
    for (let n = 0; n < count; n++) {
      for (const i of seen) apart[n] += (library[n * size + i] / LEVELS - x[i]) ** 2;
    }
    const nearest = Array.from(apart.keys()).sort((a, b) => apart[a] - apart[b]);
    nearest.splice(seen.length ? nearby : count); // where nothing is seen, none is nearer
    return x.map((_, i) => nearest.reduce((sum, n) => sum + library[n * size + i], 0) / LEVELS / nearest.length);
  }

  redraw();
  return () => {
    leave();
    close();
    models.close();
  };
}

// A quarter of the patches, drawn by chance.
function quarter(places) {
  const order = Array.from({ length: places }, (_, p) => [Math.random(), p]).sort((a, b) => a[0] - b[0]);
  const shown = new Set(order.slice(0, Math.floor(places / 4)).map(([, p]) => p));
  return Array.from({ length: places }, (_, p) => (shown.has(p) ? 1 : 0));
}

export default { render: renewed(render) };
