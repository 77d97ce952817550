// The network that was trained last, in the widgets that show a network. None of them is changed for
// it: each gets a stand-in for the half that Python would be.
import { digitPad } from "./digit_pad.js";
import { latentExplorer } from "./latent_explorer.js";
import { latentMap } from "./latent_map.js";
import { noiseExplorer } from "./noise_explorer.js";
import { leastOf, principal } from "./training_map.js";
import { packed, spreadOf } from "./training_packed.js";
import { DIFFERENCE, difference } from "./training_words.js";
import { button, make, roomFor } from "./ui.js";

const VIEWS = [
  { title: "Walk on its map", widget: latentMap, least: 2 },
  { title: "Move its numbers", widget: latentExplorer, least: 1 },
  { title: "Draw a digit", widget: digitPad, least: 1, blank: true }, // it begins with nothing drawn
  { title: "Add noise", widget: noiseExplorer, least: 1 },
];

const still = (other) => `Still the network that was trained before (${other}). The new one comes here when its training stops.`;

// digits: bytes, held-out ones, with their labels. Returns show(message, settings) and close().
export function openViews(parent, digits, labels) {
  const head = make("section", { class: "aelib-widget looks", "aria-label": "Look into the trained network" }, parent);
  const row = make("div", { class: "row", role: "group", "aria-label": "views of the trained network" }, head);
  const words = roomFor(make("p", { class: "caption" }, head, "Once it has learned something, it can be looked into here, without Python."), still(DIFFERENCE));
  const place = make("div", { class: "aelib-look" }, parent); // with room for what comes
  const deflated = deflate(digits);
  const buttons = VIEWS.map((view, i) => button(row, view.title, () => later(() => open(i)).then(() => place.scrollIntoView({ block: "nearest" })), { "aria-pressed": "false", disabled: "" }));
  let [model, chosen, latest, shown] = [null, 0, Promise.resolve(), null];
  let leave = () => {};

  // One after the other: a widget that is still opening is not disturbed.
  const later = (job) => (latest = latest.then(job));

  async function open(i) {
    chosen = i;
    buttons.forEach((each, k) => each.setAttribute("aria-pressed", String(k === i)));
    if (VIEWS[i].blank) model.set("z", model.get("z").map(() => 0));
    leave();
    place.replaceChildren();
    leave = await VIEWS[i].widget.render({ model, el: place });
  }

  const fits = ({ least }, latent) => latent >= least;

  async function show(message, settings) {
    const { latent } = settings;
    const traits = { ...traitsOf(message, settings), _pixels: await deflated, _labels: labels };
    buttons.forEach((each, i) => {
      each.disabled = !fits(VIEWS[i], latent);
      each.title = each.disabled ? `for codes of ${VIEWS[i].least} numbers or more` : "";
    });
    const steps = message.steps.length;
    shown = settings;
    words.textContent = `The network after ${steps} step${steps === 1 ? "" : "s"}, as it stood when training stopped. It is decoded here, without Python.`;
    return later(() => {
      if (VIEWS[chosen].blank) traits.z.fill(0);
      if (model && fits(VIEWS[chosen], latent)) return model.renew(traits);
      model = standIn(traits);
      return open(VIEWS.findIndex((view, i) => i >= chosen && fits(view, latent)));
    });
  }
  // Another network begins: what stands here is the one before, until that one's training stops.
  function begun(settings) {
    if (shown) words.textContent = still(difference(shown, settings));
  }
  return { show, begun, close: () => latest.then(() => leave()) };
}

async function deflate(digits) {
  const stream = new Blob([digits]).stream().pipeThrough(new CompressionStream("deflate"));
  return new DataView(await new Response(stream).arrayBuffer());
}

// What Python would send of the network.
function traitsOf({ trained, codes, usual }, settings) {
  const { latent, variational, noise } = settings;
  const named = { label: "the network", where: "browser", samples: variational, classes: 0 };
  const none = new DataView(new ArrayBuffer(0));
  const spread = spreadOf(codes, latent);
  return {
    _models: [{ ...named, ...packed(trained, settings) }],
    _weights: none,
    _shape: [28, 28],
    _codes: codes,
    _spread: spread,
    _plane: { mean: spread.mean, rows: latent > 1 ? principal(codes, latent).rows : [], usual, least: leastOf(variational) },
    _directions: {},
    _own_codes: none,
    _own_units: [],
    z: Array.from(codes.subarray(0, latent)),
    ...{ kind: "gaussian", strength: noise || 0.3, seed: 0, index: 0, told: 0 },
  };
}

// A widget's model that nobody stands behind.
function standIn(traits) {
  const listeners = [];
  const fire = (event) => listeners.filter(([name]) => name === event).forEach(([, call]) => call());
  return {
    get: (name) => traits[name],
    set(name, value) {
      traits[name] = value;
      fire(`change:${name}`);
    },
    on: (events, call) => events.split(" ").forEach((name) => listeners.push([name, call])),
    off(events, call) {
      const stays = ([name, each]) => each !== call || !events.split(" ").includes(name);
      listeners.splice(0, Infinity, ...listeners.filter(stays));
    },
    save_changes() {},
    send() {},
    // Another network: what the hand has set besides stays.
    renew({ kind, strength, seed, index, ...network }) {
      Object.assign(traits, network);
      fire("change:_models");
    },
  };
}
