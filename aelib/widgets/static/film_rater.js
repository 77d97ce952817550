// Stars for some films, and the others ranked anew at every move.
import { openModels, renewed } from "./models.js";
import { floats, openTraits } from "./state.js";
import { button, frame, make, slider } from "./ui.js";

function render({ model, el }) {
  const titles = model.get("_titles");
  const films = model.get("_films");
  const fame = floats(model.get("_fame"));
  const { pictures, status, controls, say, leave } = frame(el, "Film rater", model);
  status.classList.add("unseen"); // the list shows the same
  const shown = make("div", { class: "ranking" }, pictures);
  make("strong", {}, shown, "recommended");
  const list = make("ol", {}, shown);
  const x = new Float32Array(titles.length);

  function rank(scores) {
    const stars = model.get("stars");
    const balance = model.get("balance");
    const rated = new Set(films.filter((_, i) => stars[i] > 0));
    const free = titles.map((_, i) => i).filter((i) => !rated.has(i));
    const score = (i) => scores[i] - balance * fame[i];
    return free.sort((a, b) => score(b) - score(a)).slice(0, 10);
  }

  const recommend = (_, scores) => {
    const top = rank(scores);
    list.replaceChildren(...top.map((film) => make("li", {}, null, titles[film])));
    say(() => `recommended first: ${top.slice(0, 3).map((film) => titles[film]).join("; ")}`);
  };
  const models = openModels(model, recommend, say);

  const words = (value) => (value ? `${value.toFixed(1)} ★` : "not seen");
  const half = (value) => Math.round(2 * value) / 2;
  const sliders = make("div", { class: "sliders films" }, controls);
  const rows = films.map((film, i) =>
    slider(sliders, titles[film], { low: 0, high: 5, home: () => 0, by: 0.5, words }, (value, atOnce) => {
      change("stars", model.get("stars").map((old, k) => (k === i ? half(value) : old)), atOnce);
    }),
  );
  const row = make("div", { class: "row" }, controls);
  button(row, "forget all", () => change("stars", films.map(() => 0), true));
  const lean = make("div", { class: "films" }, controls);
  const balance = slider(lean, "fewer blockbusters", { low: 0, high: 1, home: () => 0 }, (value, atOnce) =>
    change("balance", value, atOnce),
  );

  function redraw() {
    const stars = model.get("stars");
    stars.forEach((value, i) => rows[i].show(value));
    balance.show(model.get("balance"));
    x.fill(0);
    films.forEach((film, i) => (x[film] = stars[i] > 0 ? (stars[i] - 2.5) / 2.5 : 0));
    models.decode(x);
  }

  const { change, close } = openTraits(model, ["stars", "balance"], redraw);
  redraw();
  return () => {
    leave();
    close();
    models.close();
  };
}

export default { render: renewed(render) };
