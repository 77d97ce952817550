// A search box over texts: by meaning (codes) and by words (TF-IDF), side by side.
import { compile } from "../../engine/engine.js";
import { bytes, floats, inflate, openTraits } from "./state.js";
import { button, frame, make } from "./ui.js";

const lines = async (deflated) => new TextDecoder().decode(await inflate(bytes(deflated))).split("\n");
const tokens = (text) => text.toLowerCase().match(/[a-z]{2,}/g) ?? []; // scikit-learn's, as Python asks

// TF-IDF of one text as [column, value] pairs of length 1: (1 + log count) times idf.
function tfidf(text, columns, idf) {
  const counts = new Map();
  for (const word of tokens(text)) {
    const column = columns.get(word);
    if (column !== undefined) counts.set(column, (counts.get(column) ?? 0) + 1);
  }
  const pairs = [...counts].map(([column, n]) => [column, (1 + Math.log(n)) * idf[column]]);
  const length = Math.hypot(...pairs.map(([, value]) => value));
  return pairs.map(([column, value]) => [column, value / length]);
}

// Everything that is made once: rows and codes of all texts.
async function library(model) {
  const [texts, titles] = await Promise.all(["_texts", "_titles"].map((name) => lines(model.get(name))));
  const words = model.get("_vocabulary").split("\n");
  const columns = new Map(words.map((word, column) => [word, column]));
  const idf = floats(model.get("_idf"));
  const run = compile(model.get("_program"), bytes(model.get("_weights")));
  const x = new Float32Array(words.length);
  const encode = (row) => {
    for (const [column, value] of row) x[column] = value;
    const z = Float64Array.from(run(x));
    for (const [column] of row) x[column] = 0;
    const length = Math.max(Math.hypot(...z), 1e-12);
    return z.map((v) => v / length);
  };
  const rows = texts.map((text) => tfidf(text, columns, idf));
  return { texts, titles, columns, rows, codes: rows.map(encode), row: (text) => tfidf(text, columns, idf), encode };
}

// The first sentence, or as much of it as a line holds.
function opening(text) {
  const sentence = text.split(/(?<=[.:!?]) /)[0];
  return sentence.length > 110 ? `${sentence.slice(0, 107).trimEnd()}...` : sentence;
}

function best(scores) {
  const places = scores.map((_, i) => i).sort((a, b) => scores[b] - scores[a] || a - b);
  return places.slice(0, 10);
}

function search(all, query) {
  const row = all.row(query);
  const unknown = [...new Set(tokens(query))].filter((word) => !all.columns.has(word));
  if (!row.length) return { unknown, meaning: [], words: [] };
  const z = all.encode(row);
  const asked = new Map(row);
  const alike = all.codes.map((code) => code.reduce((sum, v, k) => sum + v * z[k], 0));
  const shared = all.rows.map((each) => each.reduce((sum, [column, v]) => sum + v * (asked.get(column) ?? 0), 0));
  const answer = (scores) => (place) => ({ place, score: scores[place], shares: shared[place] > 0 });
  const meaning = best(alike).map(answer(alike));
  const words = best(shared).map(answer(shared)).filter(({ score }) => score > 0);
  return { unknown, meaning, words };
}

function render({ model, el }) {
  const { pictures, controls, say } = frame(el, "Text search");
  pictures.parentElement.before(controls); // the box first, for eyes and for the Tab key
  controls.classList.add("above");
  pictures.classList.add("wide");
  const label = make("label", { class: "ask" }, controls);
  make("span", {}, label, "Search for");
  const box = make("input", { type: "search", spellcheck: "false", maxlength: 500, "aria-label": "search for" }, label);
  const tries = make("div", { class: "row", role: "group", "aria-label": "queries to try" }, controls);
  for (const words of model.get("_examples")) button(tries, words, () => change("query", words, true));
  const strange = make("p", { class: "unknown" }, controls);
  const list = (title) => {
    const column = make("div", { class: "ranking", role: "group", "aria-label": title }, pictures);
    make("strong", {}, column, title);
    return make("ol", {}, column);
  };
  const lists = { meaning: list("by meaning (codes)"), words: list("by words (TF-IDF)") };

  let all;
  const { change, close } = openTraits(model, ["query"], redraw, 300);

  function item({ place, score, shares }) {
    const node = make("li", { "data-score": score });
    make("code", {}, node, all.titles[place]);
    if (!shares) make("em", {}, node, " none of your words");
    make("div", {}, node, opening(all.texts[place]));
    return node;
  }

  function redraw() {
    const query = model.get("query");
    if (box.value !== query) box.value = query;
    if (!all) return;
    const found = search(all, query);
    for (const [name, node] of Object.entries(lists)) {
      node.replaceChildren(...found[name].map(item));
      if (!found[name].length) make("li", { class: "none" }, node, "nothing");
    }
    strange.textContent = found.unknown.length ? `Not in the vocabulary: ${found.unknown.join(", ")}.` : "";
    say(() => {
      const names = (answers) => answers.slice(0, 3).map(({ place }) => all.titles[place]).join("; ") || "nothing";
      if (!query.trim()) return "Type a few words.";
      const lost = strange.textContent && `${strange.textContent} `;
      return `${lost}Nearest in meaning: ${names(found.meaning)}. By words: ${names(found.words)}.`;
    });
  }

  box.addEventListener("input", () => change("query", box.value, false));
  box.addEventListener("change", () => change("query", box.value, true));
  redraw();
  library(model).then((made) => {
    all = made;
    redraw();
  });
  return close;
}

export default { render };
