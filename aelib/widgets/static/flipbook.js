// Recorded pictures, turned over with a slider.
import { bytes, inflate } from "./state.js";
import { frame, picture, slider } from "./ui.js";

async function render({ model, el }) {
  const shape = model.get("_shape");
  const size = shape.reduce((a, b) => a * b);
  const pixels = await inflate(bytes(model.get("_pixels")));
  const captions = model.get("_captions");
  const name = model.get("_name");
  const { pictures, controls, status, say, leave } = frame(el, `Flipbook, ${name}`, model);
  status.classList.add("unseen"); // the caption shows the same words
  pictures.classList.add("wide");
  const page = picture(pictures, captions[0], shape);

  let own = false; // the echo of what we set ourselves needs no second drawing
  const ends = { low: 0, high: captions.length - 1, home: () => 0, by: 1, words: (v) => `${Math.round(v) + 1}` };
  const turn = slider(controls, name, ends, (value, atOnce) => {
    const index = Math.round(value);
    own = true;
    if (index !== model.get("index")) model.set("index", index);
    own = false;
    redraw();
    if (atOnce) model.save_changes();
  });

  function redraw() {
    const index = model.get("index");
    turn.show(index);
    turn.input.setAttribute("aria-valuetext", captions[index]);
    page.paint(Float32Array.from(pixels.subarray(index * size, (index + 1) * size), (v) => v / 255));
    page.title(captions[index]);
    page.describe(`page ${index + 1} of ${captions.length}`);
    say(() => captions[index]);
  }

  const heard = () => own || redraw();
  model.on("change:index", heard);
  redraw();
  return () => (model.off("change:index", heard), leave());
}

export default { render };
