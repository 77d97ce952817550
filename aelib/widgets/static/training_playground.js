// A network that the reader builds and trains in the page; a worker does the sums.
import { bytes, inflate } from "./state.js";
import { openAddress } from "./training_address.js";
import { openCurve } from "./training_curve.js";
import { openKept } from "./training_kept.js";
import { openGoals } from "./training_goals.js";
import { lostAfter, openNews, openVoice } from "./training_news.js";
import { openRuns } from "./training_runs.js";
import { openScreen, SHOWN } from "./training_screen.js";
import { NAMES, settings } from "./training_settings.js";
import { few, joined, SIZE } from "./training_told.js";
import { openViews } from "./training_views.js";
import { difference, figures, levelsOfBoth } from "./training_words.js";
import { button, frame, make } from "./ui.js";

const isNarrow = ({ clientWidth }) => clientWidth > 0 && clientWidth < 640; // as in widgets.css
const PATIENCE = 20; // seconds that a first training may take
const [AMOUNTS, FEW_PASSES] = [[2000, 1000, 300, 100], 10]; // of digits, where the device is slower

async function render({ model, el }) {
  const get = (name) => model.get(name);
  const pixels = await inflate(bytes(get("_pixels")));
  const held = get("_held_out");
  const most = pixels.length / SIZE - held;
  const labels = get("_labels").slice(most);
  const { root, pictures, controls, status, say, leave } = frame(el, "Training playground", model);
  root.classList.add("playground");
  controls.parentElement.prepend(controls); // keys reach settings before what they change

  const row = make("div", { class: "row", role: "group", "aria-label": "training" });
  const turn = () => (runs.said().going ? runs.pause() : start(Infinity));
  const toggle = button(row, "Start", turn, { class: "main", "aria-keyshortcuts": "p", title: "start or pause: the key P" });
  button(row, "One step", () => start(1));
  button(row, "Ten steps", () => start(10));
  button(row, "Begin again", () => runs.begin(runs.trainsOn()));
  button(row, "Another seed", () => change("seed", (get("seed") + 1) % 2 ** 31));
  root.addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey, altKey, repeat } = event;
    if (key.toLowerCase() !== "p" || ctrlKey || metaKey || altKey || repeat || toggle.disabled) return;
    event.preventDefault(); // no letter that a list of choices would look for
    if (event.target.type === "number") event.target.dispatchEvent(new Event("change")); // what was typed counts
    turn();
  });
  const top = make("div", { class: "top" });
  top.append(row);
  controls.parentElement.before(top);
  const told = openNews(top);
  const { asked, begun, line, trouble } = told;
  const screen = openScreen(pictures, labels, held, get("latent_dim"), 0);
  const curve = openCurve(pictures);
  const kept = openKept(row, (latent) => openScreen(pictures, labels, held, latent, 1), () => runs.said(), (now) => {
    root.classList.toggle("two", Boolean(now));
    if (now) runs.begin(); // beside it, from the same beginning
    else news();
    compare();
  });
  const views = openViews(el, pixels.subarray(most * SIZE), labels);

  let fewer = ""; // said until it trains, where the lines of figures have room: nothing moves
  const digits = () => get("pictures") || most;
  const runs = openRuns({
    get,
    digits,
    copies: few(labels, held, SHOWN),
    page: {
      failed(words) {
        trouble.textContent = `This browser could not start the training: ${words}.`;
        row.querySelectorAll("button").forEach((each) => (each.disabled = true));
      },
      plain: () => goals.add("WebAssembly is refused here, so training takes twenty to thirty times as long."),
      begun(handed) {
        trouble.replaceChildren();
        line.hidden = false;
        line.textContent = "A new network begins.";
        goals.seen();
        views.begun(runs.said().settings);
        begun.textContent = handed ? "It begins with the network that Python handed in." : "";
      },
      working(going) {
        toggle.textContent = going ? "Pause" : runs.said().latest?.steps ? "Go on" : "Start";
      },
      learned,
      lost,
      trained,
      slow,
      news,
    },
  });

  function start(steps) {
    if (trouble.textContent) runs.begin();
    runs.start(steps);
  }

  function learned(message) {
    const now = runs.said();
    screen.show(message, now.settings);
    if (message.measures) screen.measured(now);
    speak(runs.said);
  }

  function news() {
    const now = runs.said();
    if (now.latest) line.textContent = `${figures(now)} ${now.latest.steps ? "" : fewer}`.trim();
    const { kept: before, other } = compare();
    curve.show(now.points, levelsOfBoth(now, before), before?.points ?? null, other);
    const measured = runs.measured();
    if (now.measures) goals.judge(measured);
    goals.watch(measured);
  }

  // Above each of two runs stands what it is.
  function compare() {
    const found = kept.compare(runs.said());
    screen.entitle(...found.heading);
    return found;
  }

  // Python can ask for the network that was trained last; here it can be looked into at once.
  function trained(message, told) {
    const { trained: lists, steps, how } = message;
    views.show(message, told);
    model.set("_trained", new DataView(joined(lists).buffer));
    model.set("_trained_as", told);
    model.set("_trained_steps", new DataView(steps.buffer));
    model.set("_trained_how", how);
    model.save_changes();
  }

  // A device that learns from so few digits a second begins with less.
  function slow(pace) {
    const { settings: { passes }, latest, going } = runs.said();
    if (going || latest?.steps || (digits() * passes) / pace < PATIENCE) return;
    const pictures = AMOUNTS.find((n) => n < most && (n * FEW_PASSES) / pace < PATIENCE) ?? AMOUNTS.at(-1);
    follow({ values: { pictures, passes: FEW_PASSES }, faults: [] });
    address.write();
    fewer = `This device is slower than most: ${pictures.toLocaleString("en")} digits and ${FEW_PASSES} passes to begin with.`;
    news();
  }

  // Its own figures are none: the line makes room, and what is still shown was measured before. The bar
  // tells it too, which is all that is in sight beside the pictures below.
  function lost(message) {
    line.hidden = true;
    toggle.textContent = "Start";
    begun.textContent = `✕ Lost at step ${message.lost}. Why, and a way back, stand above the pictures.`;
    trouble.textContent = `${lostAfter(message, get("lr"), runs.said().latest?.steps ?? 0)} `;
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
    fewer = "";
    address?.write();
    runs.changed(name);
  }

  // The settings that an address holds, all at once.
  function follow({ values, faults }) {
    own = true;
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    own = false;
    asked.textContent = faults.join(" ");
    fewer = "";
    model.save_changes();
    showSettings();
    runs.begin();
  }

  // A link on this page stands far from what it sets.
  function led(settings) {
    const before = runs.said();
    follow(settings);
    const { settings: now, digits } = runs.said();
    begun.textContent = `The link has set: ${difference({ ...now, digits }, { ...before.settings, digits: before.digits }, 8)}.`;
    toggle.focus({ preventScroll: true });
    root.scrollIntoView();
  }

  const address = get("_in_address") ? openAddress(NAMES, get, get("_ranges"), led) : null;
  const showSettings = settings(controls, most, get, change, !isNarrow(root));
  const goals = openGoals(controls, model, told, !isNarrow(root), (words) => say(() => words));
  const speak = openVoice(told, goals.aim, say);
  const listeners = NAMES.map((name) => [`change:${name}`, () => own || changed(name)]);
  for (const [event, call] of listeners) model.on(event, call);
  status.classList.add("unseen"); // the line of figures shows the same words
  const [train, test] = [pixels.slice(0, most * SIZE), pixels.slice(most * SIZE)];
  runs.tell("open", { train, test, labels: get("_labels") }, [train.buffer, test.buffer]);
  if (address) follow(address.read());
  else runs.begin();
  if (address && !location.hash.includes("=")) runs.tell("pace", { run: runs.said().run });
  return () => {
    runs.close();
    for (const [event, call] of listeners) model.off(event, call);
    for (const each of [kept, views, goals, screen]) each.close();
    address?.close();
    leave();
  };
}

export default { render };
