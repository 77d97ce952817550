// Questions with four answers each: choose, check, and read the reason.
import { button, frame, make, unbroken } from "./ui.js";

const MASK = 131; // the key is no secret; it only must not be read by accident in a page's source

function opened(value) {
  const masked = value instanceof ArrayBuffer ? new Uint8Array(value) : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  const bytes = masked.map((byte, i) => byte ^ ((MASK + 7 * i) & 255));
  return JSON.parse(new TextDecoder().decode(bytes));
}

function render({ model, el }) {
  const questions = model.get("_questions");
  const key = opened(model.get("_key"));
  const { root, pictures, controls, status, leave } = frame(el, model.get("_title"), model);
  root.classList.add("quiz");
  for (const unused of [controls, status]) unused.remove(); // each question has a voice of its own
  pictures.classList.add("questions");
  const group = Math.random().toString(36).slice(2); // two views on one page keep their radios apart
  const views = questions.map(({ text, answers }, number) => {
    const box = make("fieldset", {}, pictures);
    make("legend", {}, box, unbroken(`${number + 1}. ${text}`));
    const labels = answers.map((answer, place) => {
      const label = make("label", {}, box);
      const input = make("input", { type: "radio", name: `${group}-${number}`, value: place }, label);
      make("span", {}, label, `${String.fromCharCode(65 + place)}.`); // by which a class can vote
      make("span", {}, label, unbroken(answer));
      const mark = make("span", { class: "mark", "aria-hidden": "true" }, label);
      return { label, input, mark };
    });
    const told = { box: null };
    button(box, "Check", () => {
      const place = labels.findIndex(({ input }) => input.checked);
      if (place < 0) told.box.textContent = "Choose an answer first.";
      else change(number, place);
    }, { "aria-label": `Check question ${number + 1}` });
    told.box = make("p", { class: "told", role: "status" }, box);
    return { labels, told: told.box };
  });
  const total = make("p", { class: "total", role: "status" }, pictures);

  // What was checked, a place for each question or -1; the learner's own, kept nowhere else.
  function change(number, place) {
    const chosen = [...model.get("chosen")];
    const again = chosen[number] === place;
    chosen[number] = place;
    model.set("chosen", chosen);
    model.save_changes();
    if (again) redraw(); // no change is told of what stays
  }

  function redraw() {
    const chosen = model.get("chosen");
    let right = 0;
    views.forEach(({ labels, told }, number) => {
      const place = chosen[number];
      const { right: best, why } = key[number];
      labels.forEach(({ label, input, mark }, i) => {
        if (i === place) input.checked = true;
        const state = i === place ? (i === best ? "right" : "wrong") : "";
        label.className = state;
        mark.textContent = { right: " ✓", wrong: " ✗", "": "" }[state];
      });
      if (place < 0) return;
      right += place === best;
      told.textContent = `${place === best ? "Right." : "Not this one."} ${why[place]}`;
    });
    const checked = chosen.filter((place) => place >= 0).length;
    total.textContent = checked ? `${right} of ${questions.length} right so far.` : "";
  }

  model.on("change:chosen", redraw);
  redraw();
  return () => (model.off("change:chosen", redraw), leave());
}

export default { render };
