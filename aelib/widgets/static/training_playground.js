// A network that the reader builds and trains in the page; a worker does the sums.
import { bytes, floats, inflate } from "./state.js";
import { openAddress } from "./training_address.js";
import { isCollapsed, openQuests, reached } from "./training_quests.js";
import { openScreen, SHOWN } from "./training_screen.js";
import { NAMES, settings } from "./training_settings.js";
import { asTold, few, isBuilt, joined, openWorker, SIZE } from "./training_told.js";
import { figures } from "./training_words.js";
import { button, frame, make } from "./ui.js";

const AT_ONCE = { lr: "rate", noise: "noise", kl: "kl", l1: "l1" }; // what a network in training can be told
const REST = 5000; // milliseconds between two spoken sentences while it trains
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

async function render({ model, el }) {
  const get = (name) => model.get(name);
  const pixels = await inflate(bytes(get("_pixels")));
  const held = get("_held_out");
  const most = pixels.length / SIZE - held;
  const labels = get("_labels").slice(most);
  const indices = few(labels, held, SHOWN);
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
  const line = make("p", { class: "figures" });
  const begun = make("p", { class: "begun" });
  row.after(asked, trouble, begun, line);
  const screen = openScreen(pictures, labels, held, get("latent_dim"));
  const tick = openQuests(root);
  const ticked = () => tick(get("reached"));

  let now = { run: 0, points: [], lines: [], latest: null, spoken: 0, going: false };
  let wakes = false; // whether it trained when the page was hidden
  const worker = openWorker(get("_worker"), (message) => heard(message), complain);

  function complain(words) {
    trouble.textContent = `This browser could not start the training: ${words}.`;
    row.querySelectorAll("button").forEach((each) => (each.disabled = true));
  }

  const digits = () => get("pictures") || most;

  // The weights that Python handed in, for a network that is built like theirs.
  function begins(told) {
    const handed = isBuilt(told, get("_start_as"));
    begun.textContent = handed ? "It begins with the network that Python handed in." : "";
    return handed ? floats(get("_start")) : null;
  }

  // A new network under the settings as they are; it goes on if one was in training.
  function begin(goes) {
    trouble.replaceChildren();
    const told = asTold(get);
    now = { run: now.run + 1, points: [], lines: [], latest: null, spoken: 0, going: false, told };
    worker?.postMessage({ job: "begin", run: now.run, settings: told, digits: digits(), copies: indices, calm: calm(), weights: begins(told) });
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
    if (message.trained) keep(message);
    screen.drawCurve(now.points, said());
    judge();
  }

  function learned(message) {
    now.latest = { ...now.latest, ...message };
    if (message.error !== undefined) now.points.push({ seen: message.seen, seconds: message.seconds, error: message.error });
    screen.show(message, now.told);
    if (message.measures) {
      now.measures = { ...message.measures, steps: message.steps, error: message.error };
      screen.measured(said());
    }
    if (now.going !== message.going) working(message.going);
    line.textContent = figures(said());
    speak();
  }

  function compare(lines) {
    now.lines = lines;
    if (now.latest) line.textContent = figures(said());
  }

  // Python can ask for the network that was trained last.
  function keep({ trained: lists, steps, how }) {
    model.set("_trained", new DataView(joined(lists).buffer));
    model.set("_trained_as", now.told);
    model.set("_trained_steps", new DataView(steps.buffer));
    model.set("_trained_how", how);
    model.save_changes();
  }

  // Most of all after a rest; while it trains a sentence every few seconds.
  function speak() {
    if (now.going && performance.now() - now.spoken < REST) return;
    now.spoken = performance.now();
    say(() => figures(said()));
  }

  const said = () => ({ settings: now.told, digits: digits(), lines: now.lines, latest: now.latest, measures: now.measures });
  // Which goals are reached; what was reached stays so.
  function judge() {
    if (!now.measures) return;
    const seen = { ...said(), ...now.measures, collapsed: now.collapsed };
    now.collapsed ||= now.lines.length > 0 && isCollapsed(seen);
    const names = [...new Set([...get("reached"), ...reached(seen)])];
    if (names.length === get("reached").length) return;
    model.set("reached", names);
    model.save_changes();
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
    if (!(AT_ONCE[name] && same && now.latest?.steps)) return begin(now.going);
    now.told = told;
    return worker?.postMessage({ job: "change", settings: { [AT_ONCE[name]]: told[AT_ONCE[name]] } });
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
  listeners.push(["change:reached", ticked]);
  ticked();
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
  worker?.postMessage({ job: "open", train, test, labels: get("_labels") }, [train.buffer, test.buffer]);
  if (address) follow(address.read());
  else begin(false);
  return () => {
    worker?.terminate();
    for (const [event, call] of listeners) model.off(event, call);
    document.removeEventListener("visibilitychange", hide);
    screen.close();
    address?.close();
    leave();
  };
}

export default { render };
