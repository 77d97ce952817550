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
// the trait `reached` of the model. told: the sentences in sight while it trains; open: whether the list is
// seen at once. seen(): what was reached is old; add(words): said of this page where no goal is in sight; aim(): how far the
// goal in sight is, if it is not reached; say(words): to those who listen.
export function openGoals(parent, model, { tally, pinned, clear }, open, say) {
  const pages = model.get("_lessons") ?? {}; // of the lessons, by number, where there are any
  const box = make("details", { class: "quests", ...(open ? { open: "" } : {}) }, parent);
  const summary = make("summary", {}, box);
  make("p", { class: "caption" }, box, "Press a goal: it stays in sight beside Start, with how far the network is from it, or what it teaches once it is reached.");
  const list = make("ol", {}, box);
  const items = QUESTS.map((quest) => {
    const item = make("li", {}, list);
    const toggle = button(item, "", () => follow(quest === followed ? null : quest), { "aria-pressed": "false" });
    const mark = make("span", { class: "tick" }, toggle);
    toggle.append(` ${quest.title}`);
    const words = make("span", {}, item, ` ${quest.look} (`);
    const [page, lesson] = [pages[quest.lesson], `Lesson\u00a0${quest.lesson}`];
    words.append(page ? make("a", { href: page }, null, lesson) : lesson, ")");
    return { item, toggle, mark };
  });
  const note = make("p", { class: "caption" }, box);
  const forget = button(box, "Forget what was reached", () => set([]));
  let [followed, latest, before, more] = [null, null, [], ""];

  function follow(quest) {
    followed = quest;
    QUESTS.forEach((each, i) => items[i].toggle.setAttribute("aria-pressed", String(each === quest)));
    clear();
    seen();
    watch(latest);
    if (quest) say(pinned.textContent);
  }

  const isReached = ({ name }) => model.get("reached").includes(name);
  const aim = () => (followed && !isReached(followed) ? pinned.textContent : "");

  function watch(now) {
    latest = now;
    if (!followed) return pinned.replaceChildren();
    const { title, answer } = followed;
    if (isReached(followed)) return pinned.replaceChildren(make("strong", {}, null, `✓ ${title}. `), answer);
    return pinned.replaceChildren(make("strong", {}, null, `${title}. `), now?.measures ? distance(followed, now) : "");
  }

  const counted = () => `${model.get("reached").length} of ten goals reached.`;
  function seen() {
    tally.classList.remove("fresh");
    const words = [counted(), more].join(" ").trim();
    if (tally.textContent !== words) tally.textContent = words; // nobody is told the same twice
  }

  function show() {
    const names = model.get("reached");
    QUESTS.forEach(({ name }, i) => {
      const done = names.includes(name);
      items[i].item.classList.toggle("reached", done);
      items[i].mark.textContent = done ? "✓" : "○";
    });
    forget.disabled = !names.length;
    summary.textContent = `Ten goals: ${names.length} reached`;
    const fresh = QUESTS.filter(({ name }) => names.includes(name) && !before.includes(name));
    const when = latest?.steps ? ` at step ${latest.steps}` : "";
    before = names;
    watch(latest);
    if (!fresh.length) return seen();
    const titles = fresh.map(({ title }) => title).join("; ");
    const lesson = fresh.length > 1 ? "Press them to read what they teach." : fresh[0].answer;
    clear();
    tally.classList.add("fresh");
    tally.textContent = `✓ Reached${when}: ${titles}. ${lesson}`;
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
  const add = (words) => {
    more = words;
    seen();
  };
  return { judge, watch, seen, add, aim, close: () => model.off("change:reached", show) };
}
