// The encoded pictures as a map: drag anywhere to decode what would live there.
import { openPainted, renewed } from "./models.js";
import { openCode, openExamples } from "./state.js";
import { chooser, frame, make, picture } from "./ui.js";
import { plane } from "./plane.js";

async function render({ model, el }) {
  const examples = await openExamples(model);
  const { mean, rows, usual, least = 0 } = model.get("_plane");
  const dim = mean.length;
  const { pictures, controls, say, leave } = frame(el, `Latent map, ${dim} dimensions`, model);
  const decoded = picture(pictures, "decoded here", model.get("_shape"));
  const real = picture(pictures, "nearest real picture", model.get("_shape"));
  let near = { index: -1 };

  const decoders = openPainted(model, decoded, say, () => describe());
  const lives = () => {
    if (near.distance <= usual) return "real pictures live here";
    return near.distance <= 3 * usual ? "few live near here" : "nobody lives here";
  };
  const describe = () => {
    const words = examples.resembles(decoders.latest);
    decoded.describe(words);
    real.describe(examples.name(near.index));
    return `the decoded picture ${words}; ${lives()}: the nearest code, ${near.distance.toFixed(2)} away, is that of ${examples.name(near.index)}`;
  };

  const code = openCode(model, redraw);
  const pick = (i) => {
    code.z.set(examples.code(i));
    code.moved(true);
    number(i);
  };
  const map = plane(controls, examples, code.z, { moved: code.moved, picked: pick });
  if (dim > 2) views(controls, dim, { mean, rows, least }, map);
  else map.show({ mean: [0, 0], rows: [[1, 0], [0, 1]], names: ["z[0]", "z[1]"], least });
  const number = chooser(controls, examples, "go to", pick);

  function redraw() {
    map.mark();
    const before = near.index;
    near = examples.nearestCode(code.z);
    if (near.index !== before) real.paint(examples.pixels(near.index));
    const label = examples.labels.length ? `a ${examples.labels[near.index]}, ` : "";
    real.title(`nearest real code: ${label}${near.distance.toFixed(2)} away`);
    decoded.title(`decoded: ${lives()}`);
    decoders.decode(code.z);
  }
  redraw();
  return () => {
    leave();
    code.close();
    map.close();
    decoders.close();
  };
}

// Which plane: the two principal components of the codes, or any two dimensions.
function views(parent, dim, principal, map) {
  const row = make("div", { class: "row" }, parent);
  const choose = (name, options) => {
    const label = make("label", {}, row, `${name} `);
    const select = make("select", {}, label);
    options.forEach((text, i) => make("option", { value: i }, select, text));
    select.addEventListener("change", change);
    return select;
  };
  const dimensions = [...Array(dim).keys()].map((i) => `z[${i}]`);
  const kind = choose("plane", ["principal components", "two dimensions"]);
  const pair = [choose("across", dimensions), choose("up", dimensions)];
  pair[1].value = 1;
  function change() {
    const chosen = kind.value === "1";
    pair.forEach((select) => (select.disabled = !chosen));
    if (!chosen) return map.show({ ...principal, names: ["component 1", "component 2"] });
    if (pair[0].value === pair[1].value) pair[1].value = (+pair[0].value + 1) % dim;
    const unit = (i) => dimensions.map((_, k) => +(k === i));
    const rows = pair.map((select) => unit(+select.value));
    return map.show({ mean: Array(dim).fill(0), rows, names: pair.map((select) => dimensions[select.value]) });
  }
  change();
}

export const latentMap = { render: renewed(render) };
export default latentMap;
