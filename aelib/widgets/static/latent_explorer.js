// A slider for each latent dimension, the decoded picture beside them.
import { floats, openCode, openExamples, openModels } from "./state.js";
import { button, chooser, frame, make, picture, slider } from "./ui.js";

const PER_PAGE = 8;

function gaussian() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}

async function render({ model, el }) {
  const examples = await openExamples(model);
  const spread = model.get("_spread");
  const models = model.get("_models");
  const dim = spread.low.length;
  const { pictures, controls, say } = frame(el, `Latent explorer, ${dim} dimensions`);
  const original = examples.count ? picture(pictures, "original", model.get("_shape")) : null;
  const shown = models.map(({ label }) => picture(pictures, label, model.get("_shape")));
  const latest = [];

  const decoders = openModels(
    model,
    (i, pixels) => {
      latest[i] = pixels;
      shown[i].paint(pixels);
      say(describe);
    },
    (words) => say(() => words),
  );
  const describe = () => {
    const words = latest.map((pixels) => examples.resembles(pixels));
    words.forEach((text, i) => shown[i].describe(text));
    return words.map((text, i) => (words.length > 1 ? `${models[i].label}: ${text}` : text)).join("; ");
  };

  const code = openCode(model, redraw);
  const { z } = code;
  let home = z.slice();
  let chosen = 0; // the example whose code is home

  const digits = chooser(controls, examples, "encode", (i) => {
    original.paint(examples.pixels(i));
    original.title(`original: ${examples.name(i)}`);
    if (!examples.dim) return;
    home = examples.code(i);
    chosen = i;
    z.set(home);
    code.moved(true);
  });

  // More than eight fold into pages, the first holds those that vary most over the real pictures.
  const order = [...Array(dim).keys()];
  if (dim > PER_PAGE) {
    const first = [...order].sort((a, b) => spread.deviation[b] - spread.deviation[a]).slice(0, PER_PAGE);
    order.sort((a, b) => first.includes(b) - first.includes(a) || a - b);
  }
  const list = make("div", { class: "sliders" }, controls);
  const sliders = new Map();
  for (const i of order) {
    const range = { low: spread.low[i], high: spread.high[i], home: () => home[i] };
    const moved = (value, atOnce) => {
      z[i] = value;
      code.moved(atOnce);
    };
    sliders.set(i, slider(list, `z[${i}]`, range, moved));
  }
  if (dim > PER_PAGE) pages(controls, order.map((i) => sliders.get(i).row));

  const row = make("div", { class: "row" }, controls);
  const go = (values) => {
    z.set(values);
    code.moved(true);
  };
  button(row, "reset", () => go(home));
  button(row, "random", () => {
    const drawn = ({ mean, deviation }, i) => mean[i] + deviation[i] * gaussian();
    go(z.map((_, i) => (models[0].samples ? gaussian() : drawn(spread, i))));
  });

  // With codes of their own, the others start at theirs and take as many steps in their units.
  const ownCodes = floats(model.get("_own_codes"));
  const units = model.get("_own_units");
  const codeFor = (k) => {
    if (!ownCodes.length || k === 0) return z;
    const own = ownCodes.subarray(((k - 1) * examples.count + chosen) * dim);
    return z.map((value, i) => own[i] + (value - home[i]) * units[k][i]);
  };

  function redraw() {
    for (const [i, each] of sliders) each.show(z[i]);
    decoders.decode(z, codeFor);
  }

  if (original) {
    const first = examples.dim ? examples.nearestCode(z) : { index: 0, distance: 1 };
    original.paint(examples.pixels(first.index));
    original.title(`original: ${examples.name(first.index)}`);
    digits(first.index);
    if (ownCodes.length) [chosen, home] = [first.index, examples.code(first.index)];
  }
  redraw();
  return () => {
    code.close();
    decoders.close();
  };
}

function pages(parent, rows) {
  const count = Math.ceil(rows.length / PER_PAGE);
  const row = make("div", { class: "row", role: "group", "aria-label": "pages of sliders" }, parent);
  let page = 0;
  const turn = (by) => {
    page = (page + by + count) % count;
    rows.forEach((each, i) => (each.hidden = Math.floor(i / PER_PAGE) !== page));
    words.textContent = `page ${page + 1} of ${count}`;
  };
  button(row, "‹", () => turn(-1), { "aria-label": "previous page of sliders" });
  const words = make("span", {}, row);
  button(row, "›", () => turn(1), { "aria-label": "next page of sliders" });
  turn(0);
}

export default { render };
