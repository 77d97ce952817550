// From noise to a picture along a flow: class, guidance, steps and time, and the path on the map.
import { compile } from "../../engine/engine.js";
import { openModels, renewed } from "./models.js";
import { bytes, openExamples, openTraits } from "./state.js";
import { button, frame, make, picture, slider } from "./ui.js";
import { plane } from "./plane.js";

const STEPS = [1, 2, 4, 8, 16, 32];
const MOST = 6; // guidance

async function render({ model, el }) {
  const examples = await openExamples(model);
  const classes = model.get("_classes");
  const { pictures, controls, say, leave } = frame(el, `Flow, ${examples.dim} numbers`, model);
  const velocity = openVelocity(model, examples.dim, classes);
  const shape = model.get("_shape");

  // Two pictures: where the walk is, and what the network would answer there.
  const views = ["on the way", "the answer here"].map((caption) => picture(pictures, caption, shape));
  const decoders = views.map((view, i) =>
    openModels(model, (_, pixels) => {
      view.paint(pixels);
      view.describe(examples.resembles(pixels));
      if (i === 0) latest = Float32Array.from(pixels);
      say(describe);
    }, say),
  );
  let latest = new Float32Array(0);
  const z = Float32Array.from(model.get("noise"));
  let walk = { path: [], answers: [] };

  const step = () => Math.round((1 - model.get("time")) * model.get("steps"));
  const described = () => (model.get("digit") < 0 || !model.get("weight") ? "no class" : `class ${model.get("digit")}, guidance ${model.get("weight").toFixed(1)}`);
  const describe = () => `step ${step()} of ${model.get("steps")}, ${described()}: it ${examples.resembles(latest)}`;

  const traits = openTraits(model, ["noise", "digit", "weight", "steps", "time"], redraw);
  const noise = new Float32Array(examples.dim);

  const time = slider(controls, "time", { low: 0, high: 1, home: () => 1, by: 1 / 32, words: (v) => `t = ${(1 - v).toFixed(2)}` }, (v, atOnce) => traits.change("time", 1 - v, atOnce));
  const weight = slider(controls, "guidance", { low: 0, high: MOST, home: () => 1, by: 0.1, words: (v) => v.toFixed(1) }, (v, atOnce) => traits.change("weight", v, atOnce));
  weight.row.hidden = !classes;

  const chosen = [];
  if (classes) {
    const row = make("div", { class: "row", role: "group", "aria-label": "class" }, controls);
    make("span", { "aria-hidden": "true" }, row, "class");
    const choose = (parent, y, name, called) => chosen.push([y, button(parent, name, () => traits.change("digit", y, true), { "aria-label": called })]);
    choose(row, -1, "any", "any class");
    const few = make("span", { class: "classes" }, row);
    for (let y = 0; y < classes; y++) choose(few, y, `${y}`, `class ${y}`);
  }
  const row = make("div", { class: "row" }, controls);
  const label = make("label", {}, row, "steps ");
  const select = make("select", {}, label);
  for (const n of STEPS) make("option", { value: n }, select, n);
  select.addEventListener("change", () => traits.change("steps", +select.value, true));
  button(row, "new noise", () => traits.change("noise", Array.from(noise, normal), true));

  const map = plane(controls, examples, z, {});
  map.show({ ...model.get("_plane"), names: ["component 1", "component 2"] });

  let walked = "";
  function redraw() {
    const [steps, y, w] = ["steps", "digit", "weight"].map((name) => model.get(name));
    const key = JSON.stringify([model.get("noise"), steps, y, w]);
    if (key !== walked) {
      walk = walkAlong(velocity, Float32Array.from(model.get("noise")), steps, y, w);
      map.trail(walk.path);
      walked = key;
    }
    time.show(1 - model.get("time"));
    weight.show(w);
    weight.input.disabled = y < 0; // without a class there is nothing to guide towards
    select.value = steps;
    for (const [value, pressed] of chosen) pressed.setAttribute("aria-pressed", value === y);
    const k = step();
    z.set(walk.path[k]);
    map.mark();
    views[0].title(`on the way: step ${k} of ${steps}`);
    views[1].title(k < steps ? "the answer here" : "the end");
    decoders[0].decode(walk.path[k]);
    decoders[1].decode(walk.answers[k]);
  }
  redraw();
  return () => {
    leave();
    traits.close();
    map.close();
    decoders.forEach((each) => each.close());
  };
}

// v(z, t, y, weight): the network sees z, sixteen waves of t and the class, of which one is 1.
function openVelocity(model, dim, classes) {
  const run = compile(model.get("_flow"), bytes(model.get("_flow_weights")));
  const row = new Float32Array(dim + 16 + classes);
  const ask = (z, t, y) => {
    row.fill(0);
    row.set(z);
    for (let k = 1; k <= 8; k++) {
      row[dim + k - 1] = Math.sin(Math.PI * t * k);
      row[dim + 7 + k] = Math.cos(Math.PI * t * k);
    }
    if (y >= 0) row[dim + 16 + y] = 1;
    return run(row).slice();
  };
  return (z, t, y, weight) => {
    const without = ask(z, t, -1);
    if (y < 0) return without;
    const told = ask(z, t, y);
    return without.map((v, i) => v + weight * (told[i] - v));
  };
}

// Euler's steps from noise: all places, and the answer of the network at each.
function walkAlong(velocity, noise, steps, y, weight) {
  const [path, answers] = [[noise], []];
  for (let left = steps; left > 0; left--) {
    const z = path[path.length - 1];
    const t = left / steps;
    const v = velocity(z, t, y, weight);
    answers.push(z.map((value, i) => value - t * v[i]));
    path.push(z.map((value, i) => value - v[i] / steps));
  }
  answers.push(path[steps]);
  return { path, answers };
}

// A number from N(0, 1), after Box and Muller.
function normal() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}

export default { render: renewed(render) };
