// A picture drawn from entries of a codebook: choose a place, choose an entry.
import { openPainted, renewed } from "./models.js";
import { bytes, floats, inflate, openTraits } from "./state.js";
import { button, frame, make, picture, step } from "./ui.js";

async function render({ model, el }) {
  const shape = model.get("_shape");
  const width = model.get("_width");
  const codebook = floats(model.get("_codebook"));
  const examples = model.get("_examples");
  const places = examples[0].length;
  const grid = model.get("_grid"); // rows, columns
  const [down, across] = grid;
  const numbers = new Float32Array(width * places);
  const decode = (codes) => {
    codes.forEach((code, p) => {
      for (let k = 0; k < width; k++) numbers[k * places + p] = codebook[code * width + k];
    });
    models.decode(numbers);
  };
  const { pictures, controls, say, leave } = frame(el, "Code swap", model);
  let number = 0; // the picture begun with

  // The picture, the chosen place marked on it. Two unseen sliders move the mark by keys.
  const board = make("div", { class: "board pad" }, pictures);
  const drawn = picture(board, `drawn from ${places} entries`, shape);
  const models = openPainted(model, drawn, say, describe);
  const over = make("div", { class: "over" }, board);
  over.style.aspectRatio = `${shape[1]} / ${shape[0]}`;
  const mark = make("div", { class: "mark", "aria-hidden": "true" }, over);
  const name = (p) => `row ${Math.floor(p / across) + 1}, column ${(p % across) + 1}`;
  const axes = ["place, row", "place, column"].map((label, axis) => {
    const input = make("input", { type: "range", min: 1, max: grid[axis], step: 1, class: "unseen", "aria-label": label }, board);
    const go = (value) => choose(axis ? place() - (place() % across) + value - 1 : (place() % across) + (value - 1) * across);
    input.addEventListener("input", () => go(+input.value));
    input.addEventListener("keydown", (event) => {
      const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
      if (dx || dy) {
        const keep = (v, count) => Math.min(count - 1, Math.max(0, v));
        event.preventDefault();
        choose(keep(Math.floor(place() / across) + dy, down) * across + keep((place() % across) + dx, across));
        return;
      }
      const next = step(event, +input.value, 1, grid[axis], Math.ceil(grid[axis] / 2), 1);
      if (next === null) return;
      event.preventDefault();
      go(Math.round(next));
    });
    return input;
  });
  drawn.canvas.style.cursor = "pointer";
  // A click: what a scrolling finger, a second one or the right button never make.
  drawn.canvas.addEventListener("click", (event) => {
    const box = drawn.canvas.getBoundingClientRect();
    const at = (v, size, count) => Math.min(count - 1, Math.max(0, Math.floor((v / size) * count)));
    choose(at(event.clientY - box.top, box.height, down) * across + at(event.clientX - box.left, box.width, across));
    axes[0].focus({ preventScroll: true });
  });

  // The codebook: a radio button with a small picture for each entry.
  const look = model.get("_look");
  const size = look.reduce((a, b) => a * b);
  const looks = await inflate(bytes(model.get("_looks")));
  make("span", { "aria-hidden": "true" }, controls, "the codebook");
  const group = make("div", { class: "row family", role: "radiogroup", "aria-label": "entry of the codebook" }, controls);
  const radio = `entry-${Math.random().toString(36)}`;
  const entries = Array.from({ length: codebook.length / width }, (_, code) => {
    const label = make("label", {}, group);
    const input = make("input", { type: "radio", name: radio, value: code, "aria-label": `entry ${code}` }, label);
    input.addEventListener("change", () => swap(code));
    const small = picture(label, `${code}`, look);
    small.paint(Float32Array.from(looks.subarray(code * size, (code + 1) * size), (v) => v / 255));
    return input;
  });

  const row = make("div", { class: "row" }, controls);
  button(row, "another digit", () => begin((number + 1) % examples.length));
  button(row, "start again", () => begin(number));

  const place = () => model.get("place");
  const { change, close } = openTraits(model, ["codes", "place"], redraw);
  const choose = (p) => change("place", p, true);
  const swap = (code) => change("codes", model.get("codes").map((old, p) => (p === place() ? code : old)), true);
  const begin = (i) => change("codes", examples[(number = i)].slice(), true);

  const swapped = () => model.get("codes").filter((code, i) => code !== examples[number][i]).length;
  function describe() {
    return `${name(place())}: entry ${model.get("codes")[place()]}; ${swapped()} of ${places} swapped`;
  }

  function redraw() {
    const codes = model.get("codes");
    const [p, code] = [place(), codes[place()]];
    decode(codes);
    drawn.describe(`${swapped()} of them swapped`);
    mark.style.left = `${(100 * (p % across)) / across}%`;
    mark.style.top = `${(100 * Math.floor(p / across)) / down}%`;
    mark.style.width = `${100 / across}%`;
    mark.style.height = `${100 / down}%`;
    [Math.floor(p / across) + 1, (p % across) + 1].forEach((value, axis) => {
      axes[axis].value = value;
      axes[axis].setAttribute("aria-valuetext", `${value}, entry ${code}`);
    });
    entries.forEach((input, i) => (input.checked = i === code));
  }

  redraw();
  return () => {
    leave();
    close();
    models.close();
  };
}

export default { render: renewed(render) };
