// What the reader sets of a network and of its training; each a trait of the widget.
import { called } from "./training_words.js";
import { leftByWheel, make, roomFor } from "./ui.js";

const WIDTHS = [0, 16, 32, 64, 128, 256];
const widths = WIDTHS.map((n) => [n, n || "none"]);
const numbers = (...values) => values.map((v) => [v, String(v)]);
const named = (...values) => values.map((v) => [v, called(v)]);
// trait, what it is called, then its choices, or the least and the most of a number
const BUILT = [
  ["latent_dim", "numbers in the code", { least: 1, most: 64 }],
  ["hidden", "hidden units", widths, 0],
  ["hidden", "second hidden layer", widths, 1],
  ["bend", "bend (activation)", named("none", "relu", "silu", "tanh")],
  ["loss", "loss", named("squared", "nats")],
  ["kl", "KL weight", numbers(0, 0.1, 0.3, 1, 3, 10, 30)],
  ["l1", "L1 on the code", numbers(0, 0.03, 0.1, 0.3, 1, 3, 10)],
  ["noise", "noise on its input", numbers(0, 0.1, 0.2, 0.3, 0.5, 0.8)],
];
const LEARNED = [
  ["pictures", "digits to learn from", []],
  ["passes", "passes", { least: 1, most: 1000 }],
  ["lr", "learning rate", numbers(0.0001, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.2, 1)],
  ["batch_size", "batch", numbers(16, 32, 64, 128, 256)],
  ["seed", "seed", { least: 0, most: 2 ** 31 - 1 }],
];
export const NAMES = [...new Set([...BUILT, ...LEARNED].map(([name]) => name))];

// get(name) and changed(name, value); most: how many digits there are to learn from; open: whether all
// of it is seen at once.
export function settings(parent, most, get, changed, open) {
  const box = make("details", open ? { open: "" } : {}, parent);
  make("summary", {}, box, "Settings");
  const groups = make("div", { class: "groups" }, box);
  const shows = [];
  const amounts = [100, 300, 1000, 2000, 5000].filter((n) => n < most).map((n) => [n, String(n)]);
  for (const [title, rows] of [["The network", BUILT], ["Its training", LEARNED]]) {
    const group = make("fieldset", { class: "settings" }, groups);
    make("legend", {}, group, title);
    for (const [name, words, choices, place] of rows) {
      const label = make("label", {}, group);
      make("span", {}, label, choices.least < choices.most && choices.most < 1e6 ? `${words} (${choices.least} to ${choices.most})` : words);
      const options = name === "pictures" ? [...amounts, [0, `all ${most}`]] : choices;
      const note = Array.isArray(options) ? null : refusal(group, options); // of what was typed in vain
      const shown = control(label, options, reader(name, place, get), writer(name, place, get, changed), note?.say);
      shows.push(() => {
        note?.clear();
        shown();
      });
    }
  }
  make("p", { class: "caption" }, box, "Learning rate, noise, L1 and a KL weight above 0 act at once on the network as it is. Every other change begins a new network, which trains on if the one before was in training; so does a KL weight that comes from 0 or goes to 0, because only above 0 the network is variational. The key P starts and pauses.");
  const show = () => shows.forEach((each) => each());
  show();
  return show;
}

// What is said below a number that had to be another one; its room is kept.
function refusal(parent, { least, most }) {
  const words = (value) => `A whole number from ${least} to ${most}, so it is ${value}.`;
  const note = roomFor(make("p", { class: "asked", role: "alert" }, parent), words(most));
  return { say: (value) => (note.textContent = words(value)), clear: () => note.replaceChildren() };
}

// One of the two widths, or the trait itself.
const reader = (name, place, get) => () => (place === undefined ? get(name) : (get(name)[place] ?? 0));

const writer = (name, place, get, changed) => (value) => {
  if (place === undefined) return changed(name, value);
  const [first = 0, second = 0] = get(name);
  return changed(name, (place ? [first, value] : [value, second]).filter((n) => n > 0));
};

function control(label, choices, read, write, refused) {
  return Array.isArray(choices) ? select(label, choices, read, write) : number(label, choices, read, write, refused);
}

function select(label, choices, read, write) {
  const box = make("select", {}, label);
  for (const [value, words] of choices) make("option", { value }, box, words);
  const texts = typeof choices[0][0] === "string";
  box.addEventListener("change", () => write(texts ? box.value : +box.value));
  return () => {
    const value = String(read());
    if (![...box.options].some((option) => option.value === value)) make("option", { value }, box, value);
    box.value = value;
  };
}

function number(label, range, read, write, refused) {
  const { least, most } = range;
  const box = make("input", { type: "number", min: least, max: most, step: 1 }, label);
  // Whoever clicks into it means to write another number, not one more figure behind this one.
  const replaced = () => box.addEventListener("click", () => box.select(), { once: true });
  box.addEventListener("focus", replaced);
  leftByWheel(box);
  box.addEventListener("change", () => {
    const [typed, before] = [box.valueAsNumber, read()];
    const value = Number.isFinite(typed) ? Math.min(most, Math.max(least, Math.round(typed))) : before;
    if (value !== before) write(value);
    if (value !== typed) refused(value);
    box.value = read();
    replaced(); // Enter leaves the hand in it
  });
  return () => (box.value = read());
}
