// Ten goals: what each needs, how far the network is from it, when it is reached, and what it teaches.
// Each looks at what the worker reports, no more.
const ANGLE = 5; // degrees
const CLEARLY = 0.9; // of the mean digit's error: below it a network has learned more than that
const LEAST = 100; // steps before "asleep" means more than "not begun yet"
const COLLAPSES = 3; // the least KL weight that puts a whole code to sleep

const two = (v) => (Number.isFinite(v) ? v.toFixed(2) : "?");
const unitsOf = ({ hidden }) => hidden.reduce((sum, n) => sum + n, 0);
const asked = ({ lines }) => CLEARLY * lines[0];
const hasLearned = (now) => now.error < asked(now);
const inPass = ({ settings, digits }) => Math.ceil(digits / settings.batch);
const isSettled = (now) => now.steps >= Math.max(LEAST, inPass(now));

// What each drawing from dice is read as, or null; nothing is read of a network that draws no digits.
export const readOf = (now) => (now.lines.length && hasLearned(now) ? (now.dice.read ?? []) : (now.dice.read ?? []).map(() => null));
const readable = (now) => readOf(now).filter((label) => label !== null);
const kinds = (now) => new Set(readable(now)).size;

// what a network must be like, in words that go on from "It needs"
const CLEAN = ["no noise on its input", ({ settings }) => !settings.noise];
const numbers = (words, fits) => [`${words} in the code`, ({ settings }) => fits(settings.latent)];
const VARIATIONAL = ["a KL weight above 0", ({ settings }) => settings.variational];

// now: settings; digits: how many it learns from; steps; error on held-out digits; lines: PCA's errors by
// how many numbers, lines[0] the mean digit's; collapsed: the KL weight under which its code was dead
// before in this run, or 0; squeezed: whether L1 was on in this run; and all that training_measures.js finds.
export const QUESTS = [
  {
    name: "two", lesson: "01", title: "Two numbers, below PCA",
    look: "Give the code 2 numbers and bring the curve below the line of PCA with 2. Watch the map while it falls.",
    needs: [numbers("2 numbers", (n) => n === 2), CLEAN],
    told: ({ error, lines }) => `PCA with 2 has ${two(lines[2])}, this network ${two(error)}`,
    done: ({ error, lines }) => error < lines[2],
    answer: "PCA's two numbers span a flat sheet. Bends curve the sheet, so that it passes nearer to the digits.",
  },
  {
    name: "narrow", lesson: "02", title: "Half as many",
    look: "With 8 numbers or fewer, leave a smaller error than PCA does with 16.",
    needs: [numbers("8 numbers or fewer", (n) => n <= 8), CLEAN],
    told: ({ error, lines }) => `PCA with 16 has ${two(lines[16])}, this network ${two(error)}`,
    done: ({ error, lines }) => error < lines[16],
    answer: "Where the sheet may bend, each number of the code reaches more digits: half as many suffice.",
  },
  {
    name: "heart", lesson: "02", title: "Learned by heart",
    look: "Bring its error on the digits that it learns from below 2, while on held-out digits PCA with as many numbers is better. When does a network copy what it has seen and fail on what it has not?",
    needs: [CLEAN],
    told: ({ settings, learned, error, lines }) => `${two(learned)} on digits that it learns from (below 2 is asked); on held-out ones ${two(error)}, and PCA with ${settings.latent} has ${two(lines[settings.latent])}`,
    done: ({ settings, learned, error, lines }) => learned < 2 && error > lines[settings.latent],
    answer: "Its many weights can store a few digits one by one. What is stored so says little about others: more digits, or fewer passes, help.",
  },
  {
    name: "hundred", lesson: "03", title: "A hundred digits, and who wins",
    look: "Learn from 100 digits only, and beat PCA of the same 100 with as many numbers. With 16 numbers PCA wins; with how many does the network?",
    needs: [["100 digits to learn from", ({ digits }) => digits === 100], CLEAN],
    told: ({ settings, error, lines }) => `PCA of the same digits with ${settings.latent} has ${two(lines[settings.latent])}, this network ${two(error)}`,
    done: ({ settings, error, lines }) => error < lines[settings.latent],
    answer: "With few digits a wide code is PCA's: it has less to learn. Where the code is narrow, bends are worth more than what a hundred digits leave unsaid.",
  },
  {
    name: "pca", lesson: "03", title: "A network that is PCA",
    look: `With 2 numbers or more, make it draw in PCA's plane: less than ${ANGLE} degrees between the plane that its decoder spans and PCA's, and PCA's error.`,
    needs: [numbers("2 numbers or more", (n) => n >= 2), ["no bend", ({ settings }) => settings.bend === "none"], ["squared error", ({ settings }) => settings.loss === "squared"], CLEAN],
    told: ({ settings, angle, error, lines }) => `${angle === null ? "?" : angle.toFixed(1)} degrees (below ${ANGLE} is asked); PCA has ${two(lines[settings.latent])}, this network ${two(error)}`,
    done: ({ settings, angle, error, lines }) => angle !== null && angle < ANGLE && error < 1.05 * lines[settings.latent],
    answer: "Without bends all layers together are one matrix, and of all planes PCA's leaves the smallest squared error.",
  },
  {
    name: "silent", lesson: "01", title: "Kill half of the units",
    look: "Make half of the encoder's hidden units dead (their answer is exactly the same for every digit), while the others still draw much better than the mean digit. Which bend dies most easily, and what kills it?",
    needs: [["hidden units", ({ settings }) => unitsOf(settings) > 0]],
    told: (now) => `${now.dead} of ${unitsOf(now.settings)} units are dead (${Math.ceil(unitsOf(now.settings) / 2)} are asked); its error is ${two(now.error)} (below ${two(asked(now))} is asked)`,
    done: (now) => now.dead > 0 && 2 * now.dead >= unitsOf(now.settings) && hasLearned(now),
    answer: "ReLU's slope is 0 below 0: a unit whose sum a long step has pushed below 0 for every digit gets no gradient and stays there. SiLU and tanh die only far out.",
  },
  {
    name: "denoise", lesson: "05", title: "Better than a median filter",
    look: "Put noise on its input, and draw the clean digits better than a median of 3 x 3 pixels does, and much better than the mean digit, which needs no input at all.",
    needs: [["noise on its input", ({ settings }) => settings.noise > 0]],
    told: (now) => `median filter ${two(now.median)}, this network ${two(now.error)} (below ${two(asked(now))} is asked, too)`,
    done: (now) => now.median !== null && now.error < now.median && hasLearned(now),
    answer: "A median knows nine pixels. The network uses the whole picture, and knows digits. With little noise that is not enough: a narrow code loses more than noise does.",
  },
  {
    name: "collapse", lesson: "06", title: "Collapse, and back",
    look: `Weigh the KL so much that no number of the code says anything, after a pass and ${LEAST} steps at least. Then lower the weight in the same run, but not to 0 (that begins a new network), and wake it up.`,
    needs: [VARIATIONAL],
    told: (now) => {
      const { settings, collapsed, live, steps, error } = now;
      const awake = `${live} of ${settings.latent} numbers awake`;
      if (!collapsed) return `not collapsed yet: ${awake} (0 are asked) after ${(steps / inPass(now)).toFixed(1)} passes and ${steps} steps, KL weight ${settings.kl}`;
      return `collapsed under KL weight ${collapsed}; now ${awake} (2 are asked), KL weight ${settings.kl}, error ${two(error)} (below ${two(asked(now))} is asked)`;
    },
    done: (now) => now.collapsed > now.settings.kl && now.live >= 2 && hasLearned(now),
    answer: "While the KL weighs more than all that a number can tell of the picture, saying nothing is cheapest. Lowered, it pays again to speak.",
  },
  {
    name: "asleep", lesson: "06", title: "It takes no more than it needs",
    look: "Let a variational network put at least 3 of its numbers to sleep, and still beat PCA with as many as are awake. The bars show which sleep.",
    needs: [VARIATIONAL, numbers("4 numbers or more", (n) => n >= 4), CLEAN, ["a run without L1, which makes every number small", ({ squeezed }) => !squeezed]],
    told: ({ settings, live, error, lines }) => `${live} of ${settings.latent} awake (at most ${settings.latent - 3} are asked): PCA with ${live} has ${two(lines[live])}, this network ${two(error)}`,
    done: (now) => isSettled(now) && now.live > 0 && now.settings.latent - now.live >= 3 && now.error < now.lines[now.live],
    answer: "A number that lowers the picture's error by less than its own KL costs is put to sleep. So the weight of the KL decides how many stay awake.",
  },
  {
    name: "dice", lesson: "06", title: "Ten digits from dice",
    look: "Codes are drawn at random (dice), each number from N(0, 1). Make 10 of the 24 drawings readable, as 4 different digits at least; those that can be read bear their digit.",
    needs: [VARIATIONAL],
    told: (now) => `${readable(now).length} of ${(now.dice.read ?? []).length} can be read (10 are asked), as ${kinds(now)} different digits (4 are asked)${hasLearned(now) ? "" : ": its error is still near the mean digit's"}`,
    done: (now) => isSettled(now) && readable(now).length >= 10 && kinds(now) >= 4,
    answer: "The KL draws all codes together to where the dice fall. What the dice hit there has been learned.",
  },
];

// The KL weight under which the code says nothing though a pass of training lies behind it, or 0.
export function collapsedUnder(now) {
  const { settings, live, error, lines } = now;
  const silent = settings.variational && settings.kl >= COLLAPSES && isSettled(now) && live === 0 && error > 0.95 * lines[0];
  return silent ? settings.kl : 0;
}

const lacking = ({ needs }, now) => needs.filter(([, holds]) => !holds(now)).map(([words]) => words);

// The names of the goals that are reached now; none before the first step or before PCA's lines are there.
export const reached = (now) =>
  now.steps && now.lines.length ? QUESTS.filter((quest) => !lacking(quest, now).length && quest.done(now)).map(({ name }) => name) : [];

// How far the network is from a goal, in a sentence.
export function distance(quest, now) {
  const lacks = lacking(quest, now);
  if (lacks.length) return `It needs ${lacks.join(", ")}.`;
  if (!now.lines.length) return "PCA is being computed.";
  return now.steps ? `Now: ${quest.told(now)}.` : "Press Start.";
}
