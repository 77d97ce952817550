// Networks in training, one after the other: what the worker is told, and what it has reported.
import { floats } from "./state.js";
import { asTold, isBuilt, openWorker } from "./training_told.js";
import { collapsedUnder } from "./training_quests.js";

const AT_ONCE = { lr: "rate", noise: "noise", kl: "kl", l1: "l1" }; // what a network in training can be told
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// get: the widget's traits. digits(): how many it learns from. copies: which held-out digits are shown.
// page hears, by name: failed(words), plain(), begun(handed), working(going), learned(message), lost(message),
// trained(message), slow(pace), and news() after each of the worker's messages.
export function openRuns({ get, digits, copies, page }) {
  let now = { run: 0 };
  const worker = openWorker(get("_worker"), heard, page.failed);
  const tell = (job, more, moved = []) => worker?.postMessage({ job, ...more }, moved);

  // A new network under the settings as they are; it goes on if one was in training.
  function begin(goes = false) {
    const told = asTold(get);
    const handed = isBuilt(told, get("_start_as")); // what Python handed in is built like it
    now = { run: now.run + 1, points: [], lines: [], latest: null, measures: null, collapsed: 0, squeezed: told.l1 > 0, mixed: false, told };
    const weights = handed ? floats(get("_start")) : null;
    tell("begin", { run: now.run, settings: told, digits: digits(), copies, calm: calm(), weights });
    page.begun(handed);
    working(false);
    if (goes) start(Infinity);
  }

  function working(going) {
    now.going = going;
    page.working(going);
  }

  function start(steps) {
    now.asked = steps;
    working(true);
    tell("go", { steps });
  }

  function pause() {
    tell("go", { steps: 0 });
    working(false);
  }

  function heard(message) {
    if (message.plain) page.plain();
    if (message.run !== now.run) return; // of a network that is gone
    if (message.lines) now.lines = message.lines;
    if (message.copies) learned(message);
    if (message.lost !== undefined) {
      working(false);
      const { seen, seconds, limit } = message;
      now.points.push({ seen, seconds, error: limit }); // as far as is worth drawing
      page.lost(message);
    }
    if (message.pace) page.slow(message.pace);
    if (message.trained) page.trained(message, now.told);
    page.news();
  }

  function learned(message) {
    now.latest = { ...now.latest, ...message };
    if (message.error !== undefined) now.points.push({ seen: message.seen, seconds: message.seconds, error: message.error });
    if (message.measures) now.measures = { ...message.measures, steps: message.steps, error: message.error };
    if (now.measures && now.lines.length) now.collapsed = Math.max(now.collapsed, collapsedUnder(measured()));
    if (message.steps) working(message.going); // the first look at a network may come when Start is pressed already
    page.learned(message);
  }

  // A setting was changed: the network in training is told, or another one begins.
  function changed(name) {
    const told = asTold(get);
    const same = name !== "kl" || told.variational === now.told.variational;
    if (!(AT_ONCE[name] && same && now.latest?.steps)) return begin(trainsOn());
    now.told = told;
    now.squeezed ||= told.l1 > 0;
    now.mixed = true;
    return tell("change", { settings: { [AT_ONCE[name]]: told[AT_ONCE[name]] } });
  }

  // Ten steps that are not over yet ask for no more of another network.
  const trainsOn = () => now.going && now.asked === Infinity;

  // A hidden page rests.
  let wakes = false;
  function hide() {
    if (document.hidden === wakes) return;
    if (document.hidden && !now.going) return;
    wakes = document.hidden;
    if (wakes) pause();
    else if (now.asked === Infinity) start(Infinity);
  }
  document.addEventListener("visibilitychange", hide);

  const said = () => ({ ...now, settings: now.told, digits: digits() });
  const measured = () => ({ ...said(), ...now.measures, settings: { ...now.told, ...now.measures?.under } }); // what goals look at
  function close() {
    worker?.terminate();
    document.removeEventListener("visibilitychange", hide);
  }
  return { tell, begin, trainsOn, start, pause, changed, said, measured, close };
}
