// What trains, in a worker of its own: short slices, a report after each, and an ear for the page.
import { trainingKernels } from "../../engine/memory.js";
import { pca } from "../../engine/principal.js";
import { rateAt } from "../../engine/schedule.js";
import { openTrainer, PIXELS } from "../../engine/trainer.js";
import { openMeasures } from "./training_measures.js";
import { usualDistance } from "./training_packed.js";

const SLICE = 25; // milliseconds of training between two reports
const LOOK = 120; // and between two measurements on the held-out digits
const MEASURE = 1500; // and between two of all that training_measures.js measures
const [LEARNS, RESTS] = [4, 10]; // but so many times as long as the last of each took: where a device is slow, too, it learns most of the time
const CALM = 1000; // where the reader asks for less movement: between any two changes
const TRIED = 50; // milliseconds in which a device shows how fast it is
const MOST = 64; // components of the line of PCA
const LOST = 3; // times the mean picture's error: such a network is lost
let train, test, measures, trainer, measuring;
let state = {};

const kernels = trainingKernels();

function open(message) {
  [train, test] = [message.train, message.test];
  measures = openMeasures(train, test, message.labels);
  postMessage({ opened: true, plain: !kernels });
}

// The next slice, once the page has been heard. A timer would wait: browsers let those that start each
// other rest for 4 milliseconds.
const { port1: heard, port2: asked } = new MessageChannel();
let due = false;
function soon() {
  due = true;
  asked.postMessage(null);
}
heard.onmessage = () => {
  if (due) slice();
};

// A new network. `run` tells the answers of this one from those that are still on their way.
function begin({ settings, digits, run, calm, copies, weights }) {
  due = false;
  clearTimeout(measuring);
  const mine = train.subarray(0, digits * PIXELS);
  trainer = openTrainer(settings, mine, test, kernels);
  if (weights) handIn(weights);
  state = { run, calm, copies, digits, left: 0, seconds: 0, errors: [], told: 0, looked: 0, looking: 0, measured: 0, measuring: 0, mean: Infinity };
  look();
  if (lines[digits]) postMessage({ run, lines: lines[digits].errors });
  else measure(mine, digits);
}

// The lines of PCA, a piece at a time between the slices of training.
const lines = {}; // errors and axes, by how many digits were learned from
function measure(mine, digits) {
  const job = pca(mine, test, PIXELS, MOST, kernels);
  const next = () => {
    const { done, value } = job.next();
    if (!done) return (measuring = setTimeout(next));
    lines[digits] = value;
    return postMessage({ run: state.run, lines: value.errors });
  };
  measuring = setTimeout(next); // the first picture comes first
}

// Measures the network on the held-out digits.
function look() {
  const begun = performance.now();
  const { loss, variational } = trainer.settings;
  const { error, nats, kl, codes } = trainer.evaluate({ nats: variational && loss === "nats" }); // else nobody is told
  if (trainer.state.steps === 0) state.mean = error;
  state.looked = performance.now();
  state.looking = state.looked - begun;
  if (isLost(error)) return giveUp(error);
  report({ error, nats, kl, codes, ...measured() });
  if (state.left === 0 && trainer.state.steps > 0) handOver(codes);
}

// The network at rest: its weights, where the held-out digits lie in it, and how it came there.
function handOver(codes) {
  const { latent, noise } = trainer.settings;
  const clean = noise > 0 ? trainer.evaluate({ spoilt: false }).codes : codes;
  postMessage({ run: state.run, trained: trainer.weights(), codes: clean, usual: usualDistance(clean, latent), ...history() });
}

// Weights in one run, cut into what each layer takes.
function handIn(weights) {
  let at = 0;
  trainer.setWeights(trainer.weights().map(({ length }) => weights.subarray(at, (at += length))));
}

function history() {
  const done = trainer.state.cycle === trainer.perPass * trainer.settings.passes;
  return { steps: Float32Array.from(state.errors), how: { seconds: state.seconds, per_pass: trainer.perPass, done } };
}

// Not at every look: together it takes as long as many steps.
function measured() {
  if (state.left > 0 && state.looked - state.measured < Math.max(MEASURE, RESTS * state.measuring)) return {};
  const found = measures(trainer, lines[state.digits]?.axes);
  state.measured = performance.now();
  state.measuring = state.measured - state.looked;
  return { measures: found };
}

function report(more = {}) {
  const { steps, cycle } = trainer.state;
  const total = trainer.perPass * trainer.settings.passes;
  const { run, seconds, left } = state;
  state.told = performance.now();
  const rate = rateAt(cycle === total ? 0 : cycle, total, trainer.settings.rate);
  const way = { steps, end: steps - cycle + total, rate, seen: seen(), seconds, done: cycle === total, going: left > 0 };
  postMessage({ run, ...way, copies: trainer.copies(state.copies), ...more });
}

function seen() {
  const { steps } = trainer.state;
  return Math.floor(steps / trainer.perPass) * state.digits + (steps % trainer.perPass) * trainer.settings.batch;
}

const isLost = (error) => !Number.isFinite(error) || error > LOST * state.mean;

// Nothing of a lost network is shown but where its curve went: its numbers are none.
function giveUp(error) {
  state.left = 0;
  const limit = LOST * state.mean;
  postMessage({ run: state.run, lost: trainer.state.steps, error, limit, seen: seen(), seconds: state.seconds });
}

function slice() {
  due = false;
  const begun = performance.now();
  const total = trainer.perPass * trainer.settings.passes;
  let error = 0;
  do { // one step at least, however slow the device
    error = trainer.step();
    state.errors.push(error);
    state.left = trainer.state.cycle === total ? 0 : state.left - 1;
  } while (state.left > 0 && !isLost(error) && performance.now() < begun + SLICE);
  const now = performance.now();
  state.seconds += (now - begun) / 1000;
  if (isLost(error)) return giveUp(error);
  const rest = state.calm ? CALM : 0;
  if (state.left === 0 || now - state.looked > Math.max(LOOK, LEARNS * state.looking, rest)) look();
  else if (now - state.told > rest) report();
  if (state.left > 0) soon();
}

// `steps` from now on: Infinity until the passes are over, 0 to pause.
function go({ steps }) {
  const idle = state.left === 0;
  state.left = steps;
  due = false;
  if (steps > 0) soon();
  else if (!idle) look();
}

// How many digits a second this device learns from: the fastest of a few steps of a network that nobody
// sees. The others may have waited for what else the device does.
function pace({ run }) {
  const { settings } = trainer;
  const tried = openTrainer({ ...settings }, train.subarray(0, settings.batch * PIXELS), test.subarray(0, PIXELS), kernels);
  tried.step(); // what a first step does besides
  let [now, fastest] = [performance.now(), Infinity];
  const end = now + TRIED;
  do {
    const begun = now;
    tried.step();
    now = performance.now();
    fastest = Math.min(fastest, now - begun);
  } while (now < end);
  postMessage({ run, pace: (1000 * settings.batch) / fastest });
}

// What may change while it trains. Noise changes what is seen of a network at rest, too.
function change({ settings }) {
  Object.assign(trainer.settings, settings);
  if (state.left === 0 && settings.noise !== undefined) look();
}

const jobs = { open, begin, pace, go, change };
onmessage = ({ data }) => jobs[data.job](data);
