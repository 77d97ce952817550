// A slider for each latent dimension, the decoded picture beside them.
import { openModels, renewed } from "./models.js";
import { floats, openCode, openExamples } from "./state.js";
import { openStrips } from "./strips.js";
import { button, chooser, frame, make, picture, slider } from "./ui.js";

const PER_PAGE = 8;
const dot = (a, b) => a.reduce((sum, v, i) => sum + v * b[i], 0);

function gaussian() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}

async function render({ model, el }) {
  const examples = await openExamples(model);
  const spread = model.get("_spread");
  const models = model.get("_models");
  const dim = spread.low.length;
  const { pictures, controls, say, leave } = frame(el, `Latent explorer, ${dim} dimensions`, model);
  const original = examples.count ? picture(pictures, "original", model.get("_shape")) : null;
  const shown = models.map(({ label }) => picture(pictures, label, model.get("_shape")));
  const latest = [];

  const decoders = openModels(
    model,
    (i, pixels) => {
      latest[i] = pixels.slice(); // the decoder's own array is overwritten by the strips
      shown[i].paint(pixels);
      say(describe);
    },
    say,
  );
  const describe = () => {
    const words = latest.map((pixels) => examples.resembles(pixels));
    words.forEach((text, i) => shown[i].describe(text));
    const named = words.map((text, i) => (words.length > 1 ? `${models[i].label}: ${text}` : text));
    if (family) named.unshift(`told ${model.get("told")}`);
    if (given.names) named.unshift(given.names.map((name, r) => `${name} ${(Math.round(10 * place(r)) / 10 + 0).toFixed(1)}`).join(", "));
    return named.join("; ");
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
    if (family) model.set("told", examples.labels[i]);
    code.moved(true);
  });

  // A model that must be told a class draws z in every class: each picture is a button.
  const classes = models[0].classes;
  const family = classes ? openFamily(controls, model, classes) : null;

  // Sliders along given directions or, without any, along each number of z.
  const given = model.get("_directions");
  const unit = (i) => Array.from(z, (_, k) => +(k === i));
  const axes = given.names ?? Array.from(z, (_, i) => `z[${i}]`);
  const ways = given.rows ?? axes.map((_, i) => unit(i));
  const read = given.read ?? ways;
  const range = given.names ? given : spread;
  const place = (r, at = z) => dot(read[r], at); // where slider r stands

  // More than eight numbers of z fold into pages, the first holds those that vary most over the real pictures.
  const order = [...axes.keys()];
  const folds = !given.names && dim > PER_PAGE;
  if (folds) {
    const first = [...order].sort((a, b) => spread.deviation[b] - spread.deviation[a]).slice(0, PER_PAGE);
    order.sort((a, b) => first.includes(b) - first.includes(a) || a - b);
  }
  const list = make("div", { class: "sliders" }, controls);
  const sliders = new Map();
  // What the browser decodes, it also decodes small, along each slider.
  const inPage = models.every((_, k) => decoders.run(k));
  const along = (r, value) => z.map((v, k) => v + (value - place(r)) * ways[r][k]);
  const draws = models.map((_, k) => (r, value) => decoders.run(k)(tell(k, model.get("told"), along(r, value))));
  const strips = openStrips(inPage ? draws : [], model.get("_shape"));
  const rows = models.map(({ label }) => label).join(", ");
  if (inPage && models.length > 1) make("div", { class: "strips", "aria-hidden": "true" }, list, `small pictures, from above: ${rows}`);
  for (const i of order) {
    const ends = { low: range.low[i], high: range.high[i], home: () => place(i, home) };
    const moved = (value, atOnce) => {
      const by = value - place(i);
      ways[i].forEach((step, k) => (z[k] += by * step));
      code.moved(atOnce);
    };
    const made = slider(list, axes[i], ends, moved);
    sliders.set(i, made);
    strips.add(i, made, (value) => moved(value, true));
  }
  if (folds) pages(controls, order.map((i) => sliders.get(i).row), strips.later);

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
  const codeFor = (k, at) => {
    if (!ownCodes.length || k === 0) return at;
    const own = ownCodes.subarray(((k - 1) * examples.count + chosen) * dim);
    return at.map((value, i) => own[i] + (value - home[i]) * units[k][i]);
  };
  const tell = (k, told, at = z) => Float32Array.of(...codeFor(k, at), ...Array.from({ length: models[k].classes }, (_, c) => +(c === told)));

  function redraw() {
    for (const [i, each] of sliders) each.show(place(i));
    family?.show((told) => decoders.run(0)?.(tell(0, told)));
    decoders.decode(z, (k) => tell(k, model.get("told")));
    strips.later();
  }
  model.on("change:told", redraw);

  if (original) {
    const first = examples.dim ? examples.nearestCode(z) : { index: 0, distance: 1 };
    original.paint(examples.pixels(first.index));
    original.title(`original: ${examples.name(first.index)}`);
    digits(first.index);
    if (ownCodes.length) [chosen, home] = [first.index, examples.code(first.index)];
  }
  redraw();
  return () => {
    leave();
    strips.close();
    model.off("change:told", redraw);
    code.close();
    decoders.close();
  };
}

// Radio buttons with a small picture each: the arrow keys move among them.
function openFamily(parent, model, classes) {
  const group = make("div", { class: "row family", role: "radiogroup", "aria-label": "class told to the model" }, parent);
  const name = `told-${Math.random().toString(36)}`;
  const all = Array.from({ length: classes }, (_, told) => {
    const label = make("label", {}, group);
    const input = make("input", { type: "radio", name, value: told, "aria-label": `class ${told}` }, label);
    input.addEventListener("change", () => {
      model.set("told", told);
      model.save_changes();
    });
    return { input, picture: picture(label, `${told}`, model.get("_shape")) };
  });
  return {
    show(decode) {
      all.forEach(({ input, picture: small }, told) => {
        input.checked = told === model.get("told");
        const pixels = decode(told);
        if (pixels) small.paint(pixels);
      });
    },
  };
}

function pages(parent, rows, turned) {
  const count = Math.ceil(rows.length / PER_PAGE);
  const row = make("div", { class: "row", role: "group", "aria-label": "pages of sliders" }, parent);
  let page = 0;
  const turn = (by) => {
    page = (page + by + count) % count;
    rows.forEach((each, i) => (each.hidden = Math.floor(i / PER_PAGE) !== page));
    words.textContent = `page ${page + 1} of ${count}${page ? "" : `: the ${PER_PAGE} that vary most`}`;
    turned();
  };
  button(row, "‹", () => turn(-1), { "aria-label": "previous page of sliders" });
  button(row, "›", () => turn(1), { "aria-label": "next page of sliders" });
  const words = make("span", {}, row); // last: whatever it says, the buttons stay where they are
  turn(0);
}

export const latentExplorer = { render: renewed(render) };
export default latentExplorer;
