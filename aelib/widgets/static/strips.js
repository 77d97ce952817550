// Small decodings along each slider: what it does, before it is moved. For the eye only, and drawn
// once the hand has rested, a little at a time: no first picture and no drag waits for them.
import { make, paper } from "./ui.js";

const PLACES = 5;
const REST = 250; // milliseconds without a move
const SLICE = 4; // of painting, before whatever else there is to do

// draws: for each model how it decodes the code with slider r at a value, draw(r, value) -> pixels.
// Returns add(r, slider, go), later() for when the code has changed, and close().
export function openStrips(draws, shape) {
  const rows = [];
  let timer = 0;

  function add(r, { row, input }, go) {
    const strip = make("span", { class: "strip", "aria-hidden": "true" }, row);
    const value = (place) => +input.min + (place * (input.max - input.min)) / (PLACES - 1);
    const lines = draws.map((draw) => {
      const line = make("span", {}, strip);
      return Array.from({ length: PLACES }, (_, place) => {
        const small = paper(line, shape);
        small.canvas.addEventListener("click", (event) => {
          event.preventDefault(); // the label's own click would only move the focus
          go(value(place));
        });
        return () => small.paint(draw(r, value(place)));
      });
    });
    rows.push({ row, paints: lines.flat() });
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const waiting = rows.filter(({ row }) => !row.hidden).flatMap(({ paints }) => paints);
      paint(waiting.values());
    }, REST);
  }

  function paint(waiting) {
    const end = performance.now() + SLICE;
    do {
      const { value: one, done } = waiting.next();
      if (done) return;
      one();
    } while (performance.now() < end);
    timer = setTimeout(paint, 0, waiting);
  }

  return { add, later, close: () => clearTimeout(timer) };
}
