// Two pictures over one another, and a divider to drag.
import { bytes, openTraits } from "./state.js";
import { backWhenScrolled, frame, make, slider } from "./ui.js";

async function render({ model, el }) {
  const [height, width] = model.get("_shape");
  const labels = model.get("_labels");
  const { pictures, controls, say, leave } = frame(el, `Before and after: ${labels.join(", ")}`, model);
  pictures.classList.add("wide");
  const figure = make("figure", {}, pictures);
  const pair = make("div", { class: "pair", role: "img" }, figure);
  pair.style.aspectRatio = `${width} / ${height}`;
  pair.style.maxWidth = `${2 * width}px`;
  const [before, after] = await Promise.all(["_before", "_after"].map((name) => open(pair, bytes(model.get(name)))));
  before.className = "first";
  const tags = labels.map((words, i) => make("span", { class: i ? "tag right" : "tag", "aria-hidden": "true" }, pair, words));
  const divider = make("div", { class: "divider", "aria-hidden": "true" }, pair);

  const shown = (v) => `${Math.round(v)} % ${labels[0]}`;
  const ends = { low: 0, high: 100, home: () => 50, words: shown };
  const line = make("div", { class: "divided" }, controls);
  line.style.maxWidth = pair.style.maxWidth;
  const place = slider(line, "divider", ends, (value, atOnce) => moveTo(value / 100, atOnce));

  const { change, close } = openTraits(model, ["position"], redraw);
  const moveTo = (value, atOnce) => change("position", Math.min(1, Math.max(0, value)), atOnce);

  function redraw() {
    const percent = 100 * model.get("position");
    place.show(percent);
    after.style.clipPath = `inset(0 0 0 ${percent}%)`;
    divider.style.left = `${percent}%`;
    tags[0].style.opacity = percent > 12 ? 1 : 0; // a label goes when its picture has gone
    tags[1].style.opacity = percent < 88 ? 1 : 0;
    const words = `left of the divider ${labels[0]}, ${Math.round(percent)} % of the width; right of it ${labels[1]}`;
    pair.setAttribute("aria-label", `${model.get("_alt")} ${words}`);
    say(() => words);
  }

  // A finger may have come to scroll: the divider moves once it goes sideways, or is lifted.
  let held = null; // the pointer that drags
  let from = 0;
  let dragging = false;
  const drag = (event, atOnce) => {
    const box = pair.getBoundingClientRect();
    moveTo((event.clientX - box.left) / box.width, atOnce);
  };
  pair.addEventListener("pointerdown", (event) => {
    if (held !== null || event.button) return; // a second finger or the right button does nothing
    event.preventDefault();
    place.input.focus({ preventScroll: true }); // so that the arrow keys go on from here
    pair.setPointerCapture(event.pointerId);
    held = event.pointerId;
    from = event.clientX;
    dragging = event.pointerType !== "touch";
    if (dragging) drag(event, false);
  });
  pair.addEventListener("pointermove", (event) => {
    if (event.pointerId !== held) return;
    dragging ||= Math.abs(event.clientX - from) > 3;
    if (dragging) drag(event, false);
  });
  pair.addEventListener("pointerup", (event) => {
    if (event.pointerId !== held) return;
    held = null;
    drag(event, true);
  });
  backWhenScrolled(pair, () => model.get("position"), (before) => {
    held = null;
    moveTo(before, true);
  });

  redraw();
  return () => (close(), leave());
}

async function open(parent, webp) {
  const canvas = make("canvas", { "aria-hidden": "true" }, parent); // now: the first one to be decoded may be the second
  const image = await createImageBitmap(new Blob([webp], { type: "image/webp" }));
  Object.assign(canvas, { width: image.width, height: image.height });
  canvas.getContext("2d").drawImage(image, 0, 0);
  image.close();
  return canvas;
}

export default { render };
