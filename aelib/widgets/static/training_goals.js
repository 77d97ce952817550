// The list of goals: it ticks them off, holds one in sight, and remembers them in this browser.
import { distance, QUESTS, reached } from "./training_quests.js";
import { button, make } from "./ui.js";

const KEY = "aelib-playground-goals"; // in the browser's own storage

// What this browser remembers; some refuse, in a frame or in private: then nothing is.
const memory = {
  read() {
    try {
      const names = JSON.parse(localStorage.getItem(KEY) ?? "[]");
      return QUESTS.map(({ name }) => name).filter((name) => names.includes?.(name));
    } catch {
      return [];
    }
  },
  write(names) {
    try {
      localStorage.setItem(KEY, JSON.stringify(names));
      return true;
    } catch {
      return false;
    }
  },
};

// judge(now) finds what is reached now, watch(now) how far the goal in sight is. What was reached stays so:
// the trait `reached` of the model. tally and pinned: lines in sight while it trains; open: whether the
// list is seen at once.
export function openGoals(parent, model, { tally, pinned }, open) {
  const box = make("details", { class: "quests", ...(open ? { open: "" } : {}) }, parent);
  const summary = make("summary", {}, box);
  make("p", { class: "caption" }, box, "Press a goal: it stays in sight beside Start, with how far the network is from it.");
  const list = make("ol", {}, box);
  const items = QUESTS.map((quest) => {
    const item = make("li", {}, list);
    const toggle = button(item, "", () => follow(quest === followed ? null : quest), { "aria-pressed": "false" });
    make("span", {}, item, ` ${quest.look} (Lesson\u00a0${quest.lesson})`);
    const words = make("span", { class: "done" }, item);
    return { item, toggle, words };
  });
  const note = make("p", { class: "caption" }, box);
  const forget = button(box, "Forget what was reached", () => set([]));
  let [followed, latest, before] = [null, null, []];

  function follow(quest) {
    followed = quest;
    QUESTS.forEach((each, i) => items[i].toggle.setAttribute("aria-pressed", String(each === quest)));
    watch(latest);
  }

  function watch(now) {
    latest = now;
    pinned.hidden = !followed;
    if (!followed) return pinned.replaceChildren();
    const far = now?.measures ? distance(followed, now) : "";
    return pinned.replaceChildren(make("strong", {}, null, `${model.get("reached").includes(followed.name) ? "✓ " : ""}${followed.title}. `), far || followed.look);
  }

  function show() {
    const names = model.get("reached");
    QUESTS.forEach(({ name, title, answer }, i) => {
      const done = names.includes(name);
      items[i].item.classList.toggle("reached", done);
      items[i].toggle.textContent = `${done ? "✓" : "○"} ${title}`;
      items[i].words.textContent = done ? ` Reached. ${answer}` : "";
    });
    forget.disabled = !names.length;
    summary.textContent = `Ten goals: ${names.length} reached`;
    const fresh = QUESTS.filter(({ name }) => names.includes(name) && !before.includes(name));
    const when = latest?.steps ? ` at step ${latest.steps}` : "";
    const news = fresh.map(({ title, answer }) => `✓ Reached${when}: ${title}. ${answer}`);
    tally.textContent = [...news, `${names.length} of ten goals reached.`].join(" ");
    before = names;
  }

  function set(names) {
    const keeps = memory.write(names);
    note.textContent = `What you have reached ${keeps ? "is kept in this browser" : "is forgotten with this page, since this browser keeps nothing"}. Nothing is sent anywhere.`;
    model.set("reached", names);
    model.save_changes();
  }

  function judge(now) {
    const known = model.get("reached");
    const names = [...new Set([...known, ...reached(now)])];
    latest = now;
    if (names.length > known.length) set(names);
  }
  before = [...new Set([...model.get("reached"), ...memory.read()])];
  model.on("change:reached", show);
  set(before);
  show();
  watch(null);
  return { judge, watch, close: () => model.off("change:reached", show) };
}
