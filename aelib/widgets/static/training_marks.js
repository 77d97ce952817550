// Words in the corners of pictures that lie side by side in one canvas.
import { make } from "./ui.js";

// show(words): one for each picture, row after row; "" for none. What they say is told in words elsewhere.
export function openMarks(canvas, columns, rows) {
  const box = make("div", { class: "marked" });
  canvas.replaceWith(box);
  box.append(canvas);
  const grid = make("div", { class: "marks", "aria-hidden": "true" }, box);
  grid.style.gridTemplateColumns = `repeat(${columns}, 1fr)`;
  grid.style.aspectRatio = `${columns} / ${rows}`;
  return {
    show(words) {
      grid.replaceChildren(...words.map((text) => make("span", text ? { class: "mark" } : {}, null, text)));
    },
  };
}
