// A network that the reader builds and trains in the page; a worker does the sums.
import { bytes, inflate } from "./state.js";
import { openAddress } from "./training_address.js";
import { openCurve } from "./training_curve.js";
import { openMap } from "./training_map.js";
import { NAMES, settings } from "./training_settings.js";
import { button, frame, make, picture } from "./ui.js";

const SIZE = 784;
const SHOWN = 12;
const AT_ONCE = { lr: "rate", noise: "noise", kl: "kl", l1: "l1" }; // what a network in training can be told
const REST = 5000; // milliseconds between two spoken sentences while it trains
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// What the trainer is told.
function asTold(get) {
  const hidden = get("hidden");
  const told = { latent: get("latent_dim"), hidden, bend: get("bend"), loss: get("loss"), variational: get("kl") > 0 };
  const learning = { batch: get("batch_size"), rate: get("lr"), passes: get("passes"), seed: get("seed") };
  return { ...told, ...learning, noise: get("noise"), kl: get("kl"), l1: get("l1") };
}

// A worker from a blob's address, since pages opened as files may start no other.
function openWorker(source, heard, failed) {
  try {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const worker = new Worker(url);
    worker.onmessage = ({ data }) => heard(data);
    worker.onerror = (event) => failed(event.message);
    return worker;
  } catch (error) {
    failed(error.message);
    return null;
  }
}

// Twelve digits, of every class if there are that many.
function few(labels, count) {
  const all = Array.from({ length: count }, (_, i) => i);
  const first = all.filter((i) => labels.length && labels.indexOf(labels[i]) === i).sort((i, j) => labels[i] - labels[j]);
  return [...first, ...all.filter((i) => !first.includes(i))].slice(0, SHOWN);
}

async function render({ model, el }) {
  const get = (name) => model.get(name);
  const pixels = await inflate(bytes(get("_pixels")));
  const held = get("_held_out");
  const most = pixels.length / SIZE - held;
  const labels = get("_labels").slice(most);
  const indices = few(labels, held);
  const { root, pictures, controls, status, say, leave } = frame(el, "Training playground", model);
  root.classList.add("playground");

  const row = make("div", { class: "row", role: "group", "aria-label": "training" });
  const toggle = button(row, "Start", () => (now.going ? pause() : start(Infinity)), { class: "main" });
  button(row, "One step", () => start(1));
  button(row, "Ten steps", () => start(10));
  button(row, "Again", () => begin(false));
  button(row, "Another seed", () => change("seed", (get("seed") + 1) % 2 ** 31));
  controls.parentElement.before(row);
  const trouble = make("p", { class: "trouble", role: "alert" });
  const asked = make("p", { class: "asked", role: "alert" }); // what an address asks in vain
  const figures = make("p", { class: "figures" });
  row.after(asked, trouble, figures);
  const title = () => (get("noise") > 0 ? "held-out digits with noise, and what it draws" : "held-out digits, and what it draws of each");
  const shown = picture(pictures, title(), [2 * 28, SHOWN * 28]);
  const curve = openCurve(pictures);
  const map = openMap(pictures, labels, held, get("latent_dim"));

  let now = { run: 0, points: [], lines: [], latest: null, spoken: 0, going: false };
  let wakes = false; // whether it trained when the page was hidden
  const worker = openWorker(get("_worker"), (message) => heard(message), complain);

  function complain(words) {
    trouble.textContent = `This browser could not start the training: ${words}.`;
    row.querySelectorAll("button").forEach((each) => (each.disabled = true));
  }

  // A new network under the settings as they are; it goes on if one was in training.
  function begin(goes) {
    trouble.replaceChildren();
    const told = asTold(get);
    now = { run: now.run + 1, points: [], lines: [], latest: null, spoken: 0, going: false, told };
    const digits = get("pictures") || most;
    worker?.postMessage({ job: "begin", run: now.run, settings: told, digits, copies: indices, calm: calm() });
    working(false);
    if (goes) start(Infinity);
  }

  function start(steps) {
    if (trouble.textContent) begin(false);
    working(true);
    worker?.postMessage({ job: "go", steps });
  }

  function pause() {
    worker?.postMessage({ job: "go", steps: 0 });
    working(false);
  }

  function working(going) {
    now.going = going;
    toggle.textContent = going ? "Pause" : now.latest?.done ? "Train on" : "Start";
  }

  function heard(message) {
    if (message.plain) make("p", { class: "where" }, root, "WebAssembly is refused here, so training takes about twenty times as long.");
    if (message.run !== now.run) return; // of a network that is gone
    if (message.lines) compare(message.lines);
    if (message.lost !== undefined) lost(message.lost);
    if (message.copies) learned(message);
    if (message.trained) keep(message.trained);
    drawCurve();
  }

  function learned(message) {
    now.latest = { ...now.latest, ...message };
    if (message.error !== undefined) now.points.push({ seen: message.seen, seconds: message.seconds, error: message.error });
    if (message.codes) map.show(message.codes, get("latent_dim"));
    paint(message.copies);
    if (now.going !== message.going) working(message.going);
    figures.textContent = words();
    speak();
  }

  function compare(lines) {
    now.lines = lines;
    if (now.latest) figures.textContent = words();
  }

  // Python can ask for the network that was trained last.
  function keep(lists) {
    const all = new Float32Array(lists.reduce((sum, list) => sum + list.length, 0));
    let at = 0;
    for (const list of lists) {
      all.set(list, at);
      at += list.length;
    }
    model.set("_trained", new DataView(all.buffer));
    model.set("_trained_as", now.told);
    model.save_changes();
  }

  // Most of all after a rest; while it trains a sentence every few seconds.
  function speak() {
    if (now.going && performance.now() - now.spoken < REST) return;
    now.spoken = performance.now();
    say(words);
  }

  function words() {
    const { steps, seen, error, nats, kl, done } = now.latest;
    const behind = `${steps} step${steps === 1 ? "" : "s"}, ${seen.toLocaleString("en")} digits seen`;
    const measured = `squared error ${error.toFixed(2)} per held-out digit`;
    const parts = get("kl") > 0 && get("loss") === "nats" ? `, ${nats.toFixed(1)} nats to redraw it and ${kl.toFixed(1)} for its code` : "";
    return `${behind}: ${measured}${parts}${rival(error)}${done ? " The passes are over." : ""}`;
  }

  function rival(error) {
    const [pca, n] = [now.lines[get("latent_dim")], get("latent_dim")];
    if (pca === undefined || get("noise") > 0) return ".";
    return error < pca ? `, better than PCA with ${n} number${n > 1 ? "s" : ""} (${pca.toFixed(2)}).` : `; PCA with ${n} has ${pca.toFixed(2)}.`;
  }

  function drawCurve() {
    const [mean, pca] = [now.lines[0], now.lines[get("latent_dim")]];
    const levels = mean === undefined ? [] : [{ words: "the mean digit", value: mean, dashes: "2 4" }];
    if (pca !== undefined) levels.push({ words: `PCA with ${get("latent_dim")}`, value: pca, dashes: "8 4" });
    curve.show(now.points, levels);
  }

  function paint({ seen, drawn }) {
    const sheet = new Float32Array(2 * SHOWN * SIZE);
    [seen, drawn].forEach((each, line) => {
      for (let i = 0; i < each.length; i++) {
        const [digit, at] = [Math.floor(i / SIZE), i % SIZE];
        sheet[(28 * line + Math.floor(at / 28)) * 28 * SHOWN + 28 * digit + (at % 28)] = each[i];
      }
    });
    shown.paint(sheet);
    shown.title(title());
    shown.describe(now.latest.steps ? `after ${now.latest.steps} steps` : "before training, each is the mean digit");
  }

  function lost(steps) {
    working(false);
    trouble.textContent = `The network is lost after ${steps} steps: its error grew past three times that of the mean digit. The learning rate ${get("lr")} is too high for it. `;
    button(trouble, "Begin again with a tenth of it", () => {
      change("lr", +(get("lr") / 10).toPrecision(2));
      start(Infinity);
    });
  }

  let own = false; // the echo of what we set ourselves
  function change(name, value) {
    own = true;
    model.set(name, value);
    own = false;
    model.save_changes();
    changed(name);
  }

  function changed(name) {
    showSettings();
    asked.replaceChildren();
    address?.write();
    const told = asTold(get);
    const same = name !== "kl" || told.variational === now.told.variational;
    if (AT_ONCE[name] && same && now.latest?.steps) worker?.postMessage({ job: "change", settings: { [AT_ONCE[name]]: told[AT_ONCE[name]] } });
    else begin(now.going);
  }

  // The settings that an address holds, all at once.
  function follow({ values, faults }) {
    own = true;
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    own = false;
    asked.textContent = faults.join(" ");
    model.save_changes();
    showSettings();
    begin(false);
  }

  // A link on this page stands far from what it sets.
  function led(settings) {
    follow(settings);
    toggle.focus({ preventScroll: true });
    root.scrollIntoView();
  }

  const address = get("_in_address") ? openAddress(NAMES, get, get("_ranges"), led) : null;
  const showSettings = settings(controls, most, get, change);
  make("p", { class: "caption" }, controls, "Learning rate, noise, KL weight and L1 act at once; every other change begins a new network. A KL weight above 0 makes it variational.");
  const listeners = NAMES.map((name) => [`change:${name}`, () => own || changed(name)]);
  for (const [event, call] of listeners) model.on(event, call);
  const hide = () => {
    if (document.hidden && now.going) {
      wakes = true;
      pause();
    } else if (!document.hidden && wakes) {
      wakes = false;
      start(Infinity);
    }
  };
  document.addEventListener("visibilitychange", hide);
  status.classList.add("unseen"); // the line of figures shows the same words
  const [train, test] = [pixels.slice(0, most * SIZE), pixels.slice(most * SIZE)];
  worker?.postMessage({ job: "open", train, test }, [train.buffer, test.buffer]);
  if (address) follow(address.read());
  else begin(false);
  return () => {
    worker?.terminate();
    for (const [event, call] of listeners) model.off(event, call);
    document.removeEventListener("visibilitychange", hide);
    map.close();
    address?.close();
    leave();
  };
}

export default { render };
