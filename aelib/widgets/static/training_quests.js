// Ten goals, and the list that ticks them off. Each looks at what the worker reports, no more.
import { make } from "./ui.js";

const ANGLE = 5; // degrees
const readable = ({ dice }) => (dice.read ?? []).filter((label) => label !== null);

// reached(now): settings; digits: how many it learns from; steps; error on held-out digits; lines:
// PCA's errors by how many numbers, lines[0] the mean digit's; collapsed: whether its code was dead
// before in this run; and all that training_measures.js finds.
export const QUESTS = [
  {
    name: "two", lesson: "01", title: "Two numbers, below PCA",
    look: "Give the code 2 numbers and bring the curve below the line of PCA with 2. Watch the map while it falls.",
    reached: ({ settings, error, lines }) => settings.latent === 2 && !settings.noise && error < lines[2],
  },
  {
    name: "narrow", lesson: "02", title: "Half as many",
    look: "With 8 numbers or fewer, leave a smaller error than PCA does with 16: its line is there while the code has 16 numbers.",
    reached: ({ settings, error, lines }) => settings.latent <= 8 && !settings.noise && error < lines[16],
  },
  {
    name: "heart", lesson: "02", title: "Copy perfectly, learn nothing",
    look: "Bring its error on the digits that it learns from below 2, while on held-out digits it is worse than PCA. The error on the digits that it learns from is told below the drawings from dice.",
    reached: ({ settings, learned, error, lines }) => !settings.noise && learned < 2 && error > lines[settings.latent],
  },
  {
    name: "hundred", lesson: "03", title: "A hundred digits, and who wins",
    look: "Learn from 100 digits only, and beat PCA of the same 100 with as many numbers. With 16 numbers PCA wins; with how many does the network?",
    reached: ({ settings, digits, error, lines }) => digits === 100 && !settings.noise && error < lines[settings.latent],
  },
  {
    name: "pca", lesson: "03", title: "A network that is PCA",
    look: `With 2 numbers or more, turn what they draw into PCA's plane: an angle below ${ANGLE} degrees. Without a bend and with squared error, the angle is told below the drawings from dice.`,
    reached: ({ settings, angle }) => settings.latent >= 2 && angle !== null && angle < ANGLE,
  },
  {
    name: "silent", lesson: "01", title: "Kill half of the units",
    look: "Make half of the encoder's hidden units answer the same to every digit. Which bend can die, and what kills it?",
    reached: ({ settings, dead }) => dead > 0 && 2 * dead >= settings.hidden.reduce((sum, n) => sum + n, 0),
  },
  {
    name: "denoise", lesson: "05", title: "Better than a median filter",
    look: "Put noise on its input, and draw the clean digits better than a median of 3 x 3 pixels does.",
    reached: ({ settings, error, median }) => settings.noise > 0 && median !== null && error < median,
  },
  {
    name: "collapse", lesson: "06", title: "Collapse, and back",
    look: "Weigh the KL so much that no number of the code says anything, for a pass at least. Then, in the same run, wake it up again.",
    reached: ({ collapsed, live, error, lines }) => collapsed && live >= 2 && error < 0.9 * lines[0],
  },
  {
    name: "asleep", lesson: "06", title: "It takes no more than it needs",
    look: "Let a variational network put at least 3 of its numbers to sleep, and still beat PCA with as many as are awake. The bars show which sleep.",
    reached: ({ settings, live, error, lines }) => settings.variational && !settings.noise && live > 0 && settings.latent - live >= 3 && error < lines[live],
  },
  {
    name: "dice", lesson: "06", title: "Ten digits from dice",
    look: "Codes are drawn from N(0, 1) and never seen before. Make 10 of the 24 drawings readable, 4 different digits at least.",
    reached: (now) => readable(now).length >= 10 && new Set(readable(now)).size >= 4,
  },
];

// Whether the code says nothing though a pass of training lies behind it.
export const isCollapsed = ({ settings, digits, steps, live, error, lines }) =>
  settings.variational && steps >= digits / settings.batch && live === 0 && error > 0.95 * lines[0];

// The names of the goals that are reached now; none before the first step or before PCA's lines are there.
export const reached = (now) => (now.steps && now.lines.length ? QUESTS.filter((quest) => quest.reached(now)).map(({ name }) => name) : []);

// The list; judge(now) finds what is reached now. What was reached stays so: the trait `reached` of the model.
// tally: a line in sight while it trains; open: whether the list is seen at once.
export function openQuests(parent, model, tally, open) {
  const box = make("details", { class: "quests", ...(open ? { open: "" } : {}) }, parent);
  const summary = make("summary", {}, box);
  const list = make("ol", {}, box);
  const items = QUESTS.map(({ title, look, lesson }) => {
    const item = make("li", {}, list);
    const mark = make("span", { class: "mark", "aria-hidden": "true" }, item, "○");
    make("strong", {}, item, ` ${title}.`);
    make("span", {}, item, ` ${look} (Lesson\u00a0${lesson})`);
    const words = make("span", { class: "done" }, item);
    return { item, mark, words };
  });
  let before = model.get("reached");
  function show() {
    const names = model.get("reached");
    QUESTS.forEach(({ name }, i) => {
      const done = names.includes(name);
      items[i].item.classList.toggle("reached", done);
      items[i].mark.textContent = done ? "✓" : "○";
      items[i].words.textContent = done ? " Reached." : "";
    });
    summary.textContent = `Ten goals: ${names.length} reached`;
    const fresh = QUESTS.filter(({ name }) => names.includes(name) && !before.includes(name)).map(({ title }) => title);
    const news = fresh.length ? `, the last: ${fresh.join("; ")}` : "";
    tally.textContent = `${names.length} of ten goals reached${news}.`;
    before = names;
  }

  function judge(now) {
    const known = model.get("reached");
    const names = [...new Set([...known, ...reached(now)])];
    if (names.length === known.length) return;
    model.set("reached", names);
    model.save_changes();
  }
  model.on("change:reached", show);
  show();
  return { judge, close: () => model.off("change:reached", show) };
}
