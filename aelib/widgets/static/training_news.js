// The sentences above the pictures. Those of one place come and go in a room that is as high as the
// longest of them, so that nothing below moves.
import { QUESTS } from "./training_quests.js";
import { make, roomFor } from "./ui.js";

const REST = 15000; // milliseconds between two spoken sentences while it trains: one takes ten to be read out

const longest = (texts) => texts.reduce((a, b) => (b.length > a.length ? b : a));
const LOST = `${lostAfter({ lost: 99999, error: 99999, limit: 100 }, 0.0005, 99999)} Begin again with a tenth of it.`;
const GOAL = longest(QUESTS.map(({ title, answer }) => `✓ Reached at step 99999: ${title}. ${answer}`));

// A network that is lost; `shown`: the steps after which the pictures show it.
export function lostAfter({ lost: steps, error, limit }, rate, shown) {
  const size = error > 99999 ? "100,000 or more" : error?.toFixed(0);
  const grown = Number.isFinite(error) ? `its error is ${size}, more than three times what it began with (${limit.toFixed(0)})` : "its error is no number any more";
  return `The network is lost after ${steps} step${steps === 1 ? "" : "s"}: ${grown}. The learning rate ${rate} is too high for it. The pictures show it after ${shown} steps.`;
}

// line: the figures, or in their place `trouble`. Of the others, the first that says something is seen:
// asked, what an address asks for in vain; begun, what a network begins with; tally, as long as it is
// fresh; pinned, the goal in sight; tally.
export function openNews(top) {
  const told = roomFor(make("div", { class: "told" }, top), GOAL);
  const asked = make("p", { class: "asked", role: "alert" }, told);
  const begun = make("p", { class: "begun" }, told);
  const tally = make("p", { class: "tally", role: "status" }, told);
  const pinned = make("p", { class: "pinned" }, told);
  const state = roomFor(make("div", { class: "state" }), LOST);
  top.after(state);
  // While `top` stays in sight nothing that gets the focus may stop behind it.
  new ResizeObserver(() => top.parentElement?.style.setProperty("--aelib-over", `${top.offsetHeight}px`)).observe(top);
  const trouble = make("p", { class: "trouble", role: "alert" }, state);
  const line = make("p", { class: "figures" }, state);
  const clear = () => [asked, begun].forEach((each) => each.replaceChildren());
  return { asked, begun, tally, pinned, trouble, line, clear };
}

// The one voice: what a network begins with, once; how far it is from the goal in sight; the figures, but
// while it trains towards a goal no more than its steps. Most of all after a rest. aim(): that goal's
// sentence, or nothing. Returns speak(now).
export function openVoice({ begun, line }, aim, say) {
  let [spoken, known] = [{}, ""];
  const words = ({ latest, going }) => {
    const fresh = begun.textContent === known ? "" : begun.textContent;
    known = begun.textContent;
    const figures = going && aim() ? `${latest.steps} of ${latest.end} steps.` : line.textContent;
    return [fresh, figures, aim()].filter(Boolean).join(" ");
  };
  return (now) => {
    const { going, run } = now();
    if (going && run === spoken.run && performance.now() - spoken.at < REST) return;
    spoken = { run, at: performance.now() };
    say(() => words(now()));
  };
}
