// The features of a network that reads: where they light up, what they do, and what a sentence lights up.
import { unpack } from "../../engine/engine.js";
import { litLine, named } from "./lit_letters.js";
import { renewed } from "./models.js";
import { chances, openReader } from "./reader.js";
import { bytes, floats, inflate, openTraits } from "./state.js";
import { draw } from "./svg.js";
import { button, frame, make, slider } from "./ui.js";

const FOUND = 8; // features that a search or a sentence lists
const ROWS = 5; // letters that become more likely, and less
const percent = (share) => (share > 0 && share < 5e-5 ? "< 0.01\u00a0%" : `${(100 * share).toFixed(share > 0 && share < 0.001 ? 2 : 1)}\u00a0%`);

// All that came along of the features.
async function library(model) {
  const sizes = model.get("_sizes");
  const [lines, lit, counts] = await Promise.all(["_lines", "_lit", "_counts"].map((name) => inflate(bytes(model.get(name)))));
  const places = Uint16Array.from(lines.subarray(0, lit.length), (low, i) => low + 256 * lines[lit.length + i]);
  const howOften = new Uint32Array(counts.buffer);
  const alphabet = [...model.get("_alphabet")];
  const effects = new Int16Array(bytes(model.get("_effects")).slice().buffer);
  const steps = floats(model.get("_steps"));
  const n = alphabet.length;
  // Letters and strengths of a line, from 0 to 1 of the feature's strongest.
  const line = (feature, number) => {
    const at = (feature * sizes.lines + number) * sizes.letters;
    const end = places.subarray(at, at + sizes.letters).indexOf(0);
    const length = end < 0 ? sizes.letters : end;
    const letters = Array.from(places.subarray(at, at + length), (place) => alphabet[place - 1]);
    return { letters, shares: Array.from(lit.subarray(at, at + length), (share) => share / 255) };
  };
  return {
    ...sizes,
    peaks: floats(model.get("_peaks")),
    scores: unpack(bytes(model.get("_scores"))),
    effect: (feature) => Float64Array.from(effects.subarray(feature * n, (feature + 1) * n), (whole) => whole * steps[feature]),
    counts: (feature) => howOften.subarray(feature * sizes.bins, (feature + 1) * sizes.bins),
    texts: (feature) => Array.from({ length: sizes.lines }, (_, i) => line(feature, i)).filter(({ letters }) => letters.length),
  };
}

// Features by the share of their strength that falls on letters with which the words end.
function search(all, words) {
  const asked = [...words];
  const shareOf = (feature) => {
    let [there, sum] = [0, 0];
    for (const { letters, shares } of all.texts(feature)) {
      shares.forEach((share, i) => {
        sum += share;
        if (share && asked.every((letter, j) => letters[i - asked.length + 1 + j] === letter)) there += share;
      });
    }
    return sum ? there / sum : 0;
  };
  const found = Array.from({ length: all.features }, (_, feature) => ({ feature, share: shareOf(feature) }));
  return found.filter(({ share }) => share > 0).sort((a, b) => b.share - a.share).slice(0, FOUND);
}

// The features that a sentence lights up most, each as a share of its own strongest.
function brightest(lit, peaks) {
  const most = new Map();
  lit.forEach((pairs, at) => {
    for (const [feature, strength] of pairs) {
      const share = peaks[feature] ? strength / peaks[feature] : 1;
      if (share > (most.get(feature)?.share ?? 0)) most.set(feature, { feature, share, at });
    }
  });
  return [...most.values()].sort((a, b) => b.share - a.share).slice(0, FOUND);
}

// How often a feature is on, by its strength, as bars.
function openHistogram(parent) {
  const figure = make("figure", { class: "histogram" }, parent);
  const box = draw("svg", { role: "img" }, figure);
  const caption = make("figcaption", {}, figure);
  return (counts, peak, read) => {
    const [on, most] = [counts.reduce((a, b) => a + b, 0), Math.max(...counts, 1)];
    box.setAttribute("viewBox", `0 0 ${20 * counts.length} 80`);
    box.replaceChildren();
    counts.forEach((count, i) => bar(20 * i + 1, 78 * (count / most), box));
    const share = percent(on / read);
    caption.textContent = on
      ? `On at ${share} of ${read.toLocaleString("en")} letters; bars from 0 to its strongest, ${peak.toFixed(2)}; the highest is ${most.toLocaleString("en")} letters.`
      : `Never on in the ${read.toLocaleString("en")} letters of the texts.`;
    const words = Array.from(counts, (count) => count.toLocaleString("en")).join(", ");
    box.setAttribute("aria-label", `How often it is on, in ${counts.length} equal steps of strength: ${words}`);
  };
}

const bar = (x, height, parent) => draw("rect", { x, y: 80 - height, width: 18, height }, parent);

// Which letters become more and less likely, in a table.
function openEffect(parent, title, alphabet) {
  const table = make("table", { class: "effect" }, parent);
  const caption = make("caption", {}, table, title);
  const head = make("tr", {}, make("thead", {}, table));
  for (const words of ["more likely", "less likely"]) make("th", { scope: "col" }, head, words);
  const body = make("tbody", {}, table);
  const cell = (row, change) => {
    const node = make("td", {}, row);
    if (!change) return;
    const { letter, before, after } = change;
    Object.assign(node.dataset, { letter: alphabet[letter], before, after });
    make("code", {}, node, named(alphabet[letter]));
    node.append(` ${percent(before)} \u2192 ${percent(after)}`);
  };
  return (before, after, words = title) => {
    caption.textContent = words;
    const changes = Array.from(after, (chance, letter) => ({ letter, before: before[letter], after: chance }));
    const by = (sign) => changes.filter((c) => sign * (c.after - c.before) > 0).sort((a, b) => sign * (b.after - b.before - (a.after - a.before)));
    const [more, less] = [by(1), by(-1)];
    body.replaceChildren();
    for (let i = 0; i < ROWS; i++) {
      const row = make("tr", {}, body);
      cell(row, more[i]);
      cell(row, less[i]);
    }
    return { more, less };
  };
}

// Buttons that each lead to a feature; before them what the numbers in them mean.
function openChoices(parent, title, choose, meaning) {
  const row = make("div", { class: "row", role: "group", "aria-label": title }, parent);
  return {
    list(found, words, nothing) {
      row.replaceChildren();
      if (found.length) make("span", { class: "meaning" }, row, meaning);
      for (const each of found) button(row, words(each), () => choose(each.feature), { "data-feature": each.feature });
      if (!found.length && nothing) make("span", {}, row, nothing);
    },
    mark(feature) {
      for (const each of row.querySelectorAll("button")) each.setAttribute("aria-pressed", +each.dataset.feature === feature);
    },
  };
}

function field(parent, words, type, longest) {
  const label = make("label", { class: "ask" }, parent);
  make("span", {}, label, words);
  return make("input", { type, spellcheck: "false", autocomplete: "off", autocapitalize: "off", maxlength: longest }, label);
}

async function render({ model, el }) {
  const all = await library(model);
  const reader = openReader(model);
  const { root, pictures, controls, status, say, leave } = frame(el, "Feature browser", model);
  root.classList.add("features");
  status.classList.add("unseen"); // everything it says is on the page too
  pictures.parentElement.before(controls); // what is chosen first, for eyes and for the Tab key
  controls.classList.add("above");
  pictures.classList.add("wide");
  const { change, close } = openTraits(model, ["feature", "push", "text"], redraw, 300);
  const choose = (feature) => change("feature", feature, true);

  const whole = (value) => Math.min(all.features - 1, Math.max(0, Math.round(value) || 0));
  const range = { low: 0, high: all.features - 1, home: () => 0, by: 1, words: (v) => `${Math.round(v)}` };
  const number = slider(controls, "feature", range, (value, last) => change("feature", whole(value), last));
  const box = field(controls, "Find features that are on after", "search", 20);
  const results = openChoices(controls, "features found", choose, "Number, and how much of its strength falls there:");
  box.addEventListener("input", () => {
    results.list(box.value ? search(all, box.value) : [], ({ feature, share }) => `${feature} (${percent(share)})`, box.value && "none");
    results.mark(model.get("feature"));
  });

  const section = (title) => {
    const part = make("div", { role: "group", "aria-label": title, class: "aspect" }, pictures);
    make("strong", {}, part, title);
    return part;
  };
  const texts = make("ol", { class: "texts" }, section("Its strongest texts"));
  const histogram = openHistogram(section("How often it is on"));
  const pushed = section("What a push along it does to the next letter");
  const reach = { low: -all.reach, high: all.reach, home: () => 0, by: 0.1, words: (v) => `${v.toFixed(1)} \u00d7` };
  const push = slider(pushed, "push", reach, (value, last) => change("push", value, last));
  const pair = make("div", { class: "row effects" }, pushed);
  const inTexts = openEffect(pair, `mean of ${all.scores.length / reader.alphabet.length} places of the texts`, reader.alphabet);
  const inOwn = openEffect(pair, "after your sentence", reader.alphabet);
  const own = section("Your sentence");
  const sentence = field(own, "Type here", "text", all.longest);
  const echo = make("p", { class: "echo" }, own);
  const strange = make("p", { class: "unknown" }, own);
  const lights = openChoices(own, "features in your sentence", choose, "Features that it lights up most, at which letter, as a share of their strongest in the texts:");
  sentence.addEventListener("input", () => change("text", sentence.value, false));
  sentence.addEventListener("change", () => change("text", sentence.value, true));

  let listed = null; // the sentence whose features are listed
  let followed;
  let drawn = null; // the feature whose texts are shown
  let effect; // in the texts: kept while only the sentence changes
  let measured = null;

  function read(text) {
    if (text === listed) return;
    listed = text;
    followed = reader.follow(text);
    const letters = [...text];
    const words = ({ feature, share, at }) => `${feature} at ${named(letters[at])}, ${Math.round(100 * share)}\u00a0%`;
    lights.list(brightest(followed.lit, all.peaks), words, "none yet");
    const unknown = reader.unknown(text);
    strange.textContent = unknown.length ? `Not among its letters, read as another: ${unknown.join(" ")}` : "";
  }

  function show(feature) {
    if (feature === drawn) return;
    drawn = feature;
    const found = all.texts(feature);
    texts.replaceChildren();
    for (const { letters, shares } of found) litLine(make("li", {}, texts), letters, shares);
    if (!found.length) make("li", { class: "none" }, texts, "It is on in none of the texts.");
    histogram(all.counts(feature), all.peaks[feature], all.read);
  }

  function redraw() {
    const [feature, text] = [model.get("feature"), model.get("text")];
    number.show(feature);
    push.show(model.get("push"));
    if (sentence.value !== text) sentence.value = text;
    read(text);
    results.mark(feature);
    lights.mark(feature);
    show(feature);
    echo.replaceChildren();
    litLine(echo, [...text], ownShares(feature));
    showEffect(feature);
    say(() => inShort(feature));
  }

  function ownShares(feature) {
    const peak = all.peaks[feature] || 1;
    return followed.lit.map((pairs) => Math.min(1, (pairs.find(([each]) => each === feature)?.[1] ?? 0) / peak));
  }

  function showEffect(feature) {
    const distance = model.get("push") * all.peaks[feature];
    const added = all.effect(feature).map((v) => distance * v);
    const none = new Float64Array(added.length);
    inOwn(chances(followed.scores, none), chances(followed.scores, added), model.get("text") ? "after your sentence" : "at the beginning");
    const now = `${feature} ${distance}`;
    if (now !== measured) effect = inTexts(chances(all.scores, none), chances(all.scores, added));
    measured = now;
  }

  function inShort(feature) {
    const { more, less } = effect;
    const counts = all.counts(feature);
    const often = percent(counts.reduce((a, b) => a + b, 0) / all.read);
    const change = (changes) => (changes[0] ? `${named(reader.alphabet[changes[0].letter])}, ${percent(changes[0].before)} to ${percent(changes[0].after)}` : "nothing");
    const lit = ownShares(feature).filter((share) => share > 0).length;
    const mine = model.get("text") ? ` On at ${lit} of the ${[...model.get("text")].length} letters of your sentence.` : "";
    return `Feature ${feature} is on at ${often} of the letters. Pushed by ${model.get("push").toFixed(1)}, most gains ${change(more)}, most loses ${change(less)}.${mine}`;
  }

  redraw();
  return () => {
    leave();
    close();
  };
}

export default { render: renewed(render) };
