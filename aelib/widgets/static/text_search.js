// A search box over texts: by meaning (codes) and by words (TF-IDF), side by side.
import { openModels, renewed } from "./models.js";
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

const ofLengthOne = (z) => {
  const length = Math.max(Math.hypot(...z), 1e-12);
  return Float64Array.from(z, (v) => v / length);
};

// Everything that is made once: rows and codes of all texts. run is null where the kernel encodes:
// then the codes came along.
async function library(model, run) {
  const [texts, titles] = await Promise.all(["_texts", "_titles"].map((name) => lines(model.get(name))));
  const words = model.get("_vocabulary").split("\n");
  const columns = new Map(words.map((word, column) => [word, column]));
  const idf = floats(model.get("_idf"));
  const dense = (row) => {
    const x = new Float32Array(words.length);
    for (const [column, value] of row) x[column] = value;
    return x;
  };
  const rows = texts.map((text) => tfidf(text, columns, idf));
  const sent = floats(model.get("_codes"));
  const dim = sent.length / texts.length;
  const codes = rows.map((row, i) => ofLengthOne(run ? run(dense(row)) : sent.subarray(i * dim, (i + 1) * dim)));
  return { texts, titles, columns, rows, codes, dense, row: (text) => tfidf(text, columns, idf) };
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

// The texts nearest to a query: its row and its code.
function search(all, row, z) {
  const asked = new Map(row);
  const alike = all.codes.map((code) => code.reduce((sum, v, k) => sum + v * z[k], 0));
  const shared = all.rows.map((each) => each.reduce((sum, [column, v]) => sum + v * (asked.get(column) ?? 0), 0));
  const answer = (scores) => (place) => ({ place, score: scores[place], shares: shared[place] > 0 });
  const meaning = best(alike).map(answer(alike));
  const words = best(shared).map(answer(shared)).filter(({ score }) => score > 0);
  return { meaning, words };
}

function render({ model, el }) {
  const { pictures, controls, status, say, leave } = frame(el, "Text search", model);
  status.classList.add("unseen"); // the lists show the same
  pictures.parentElement.before(controls); // the box first, for eyes and for the Tab key
  controls.classList.add("above");
  pictures.classList.add("wide");
  const label = make("label", { class: "ask" }, controls);
  make("span", {}, label, "Search for");
  const box = make("input", { type: "search", spellcheck: "false", maxlength: 500, "aria-label": "search for" }, label);
  const tries = make("div", { class: "row", role: "group", "aria-label": "queries to try" }, controls);
  for (const words of model.get("_examples")) button(tries, words, () => change("query", words, true));
  const strange = make("p", { class: "unknown" }, controls);
  const column = (title) => {
    const ranking = make("div", { class: "ranking", role: "group", "aria-label": title }, pictures);
    make("strong", {}, ranking, title);
    return make("ol", {}, ranking);
  };
  const lists = { meaning: column("by meaning (codes)"), words: column("by words (TF-IDF)") };

  let all;
  const encoded = (_, z) => {
    const row = all.row(model.get("query"));
    if (row.length) list(search(all, row, ofLengthOne(z))); // wiped meanwhile: nothing
  };
  const models = openModels(model, encoded, say);
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
    const unknown = [...new Set(tokens(query))].filter((word) => !all.columns.has(word));
    strange.textContent = unknown.length ? `Not in the vocabulary: ${unknown.join(", ")}.` : "";
    const row = all.row(query);
    if (row.length) models.decode(all.dense(row));
    else list({ meaning: [], words: [] });
  }

  function list(found) {
    for (const [name, node] of Object.entries(lists)) {
      node.replaceChildren(...found[name].map(item));
      if (!found[name].length) make("li", { class: "none" }, node, "nothing");
    }
    say(() => {
      const names = (answers) => answers.slice(0, 3).map(({ place }) => all.titles[place]).join("; ") || "nothing";
      if (!model.get("query").trim()) return "Type a few words.";
      const lost = strange.textContent && `${strange.textContent} `;
      return `${lost}Nearest in meaning: ${names(found.meaning)}. By words: ${names(found.words)}.`;
    });
  }

  box.addEventListener("input", () => change("query", box.value, false));
  box.addEventListener("change", () => change("query", box.value, true));
  redraw();
  library(model, models.run(0)).then((made) => {
    all = made;
    redraw();
  });
  return () => {
    leave();
    close();
    models.close();
  };
}

export default { render: renewed(render) };
