// What the widgets share on the page: pictures, sliders, a chooser of examples, one voice.

export function make(tag, attributes, parent, text) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  parent?.append(node);
  return node;
}

export function button(parent, text, action, attributes = {}) {
  const node = make("button", { type: "button", ...attributes }, parent, text);
  node.addEventListener("click", (event) => {
    const { activeElement } = parent.getRootNode();
    action(event);
    if (activeElement === node && !event.detail) stayNear(node, parent);
  });
  return node;
}

// A key has pressed a button that now is gone or does nothing more: the focus would fall to the page.
function stayNear(node, parent) {
  if (node.isConnected && !node.disabled) return;
  const enabled = [...(parent.closest(".aelib-widget")?.querySelectorAll("button:enabled") ?? [])];
  const before = enabled.filter((each) => each.compareDocumentPosition(node) === Node.DOCUMENT_POSITION_FOLLOWING);
  (before.at(-1) ?? enabled[0])?.focus();
}

// A sentence of which no line begins with a per cent sign.
export const unbroken = (text) => text.replace(/(\d) %/g, "$1\u00a0%");

// Keeps as much room for a node's sentence as the longest that it may hold takes, at any width.
export function roomFor(node, words) {
  node.classList.add("reserved");
  node.dataset.room = words;
  return node;
}

// Calls then(true) when Python is gone, and then(false) if it comes back. A notebook hands its own
// model, which knows whether a kernel hears it, to those who listen for changes. Of a kernel that was
// shut down it is not told: there the channel that it sends through is closed.
export function watchPython(model, then) {
  let [own, timer, gone] = [null, null, false];
  const look = (given) => {
    if (given?.comm_live !== undefined) own = given;
    if (!own) return;
    timer ??= setInterval(look, 2000);
    const now = !own.comm_live || own.comm?.jsServicesComm?.isDisposed === true;
    if (now !== gone) then((gone = now));
  };
  model.on("change comm_live_update", look);
  return () => {
    clearInterval(timer);
    model.off("change comm_live_update", look);
  };
}

// The widget's outer box: a stage (pictures left, controls right) and one voice. Below it, where
// there are models that the browser does not decode: who does, and why; and whether Python is gone.
export function frame(el, name, model) {
  const root = make("div", { class: "aelib-widget", role: "group", "aria-label": name }, el);
  // JupyterLab would take arrows, Home, letters for itself: X cuts the cell. It keeps Ctrl, Cmd,
  // Alt, Esc, Tab and Enter, except the bare Enter that presses a button. Notebook 7 takes keys on
  // their way down, before any widget hears them: Lumino's own attribute tells it in time.
  const isOurs = ({ key, target, ctrlKey, metaKey, altKey, shiftKey }) => {
    const pressed = key === "Enter" && !shiftKey && target.tagName === "BUTTON";
    return pressed || !(ctrlKey || metaKey || altKey || ["Escape", "Tab", "Enter"].includes(key));
  };
  root.addEventListener("keydown", (event) => isOurs(event) && event.stopPropagation());
  const before = (event) => root.contains(event.target) && event.target.toggleAttribute("data-lm-suppress-shortcuts", isOurs(event));
  addEventListener("keydown", before, true);
  const stage = make("div", { class: "stage" }, root);
  const left = make("div", { class: "left" }, stage);
  const pictures = make("div", { class: "pictures" }, left);
  const status = make("p", { class: "status", role: "status" }, left);
  const controls = make("div", { class: "controls" }, stage);
  const models = model.get("_models") ?? [];
  for (const { label, where } of models) if (where !== "browser") make("p", { class: "where" }, root, `${label}: by the ${where}.`);
  const alone = make("p", { class: "alone", role: "status" }, root);
  const words = "Python is gone, so nothing that moves here reaches it: run the cell again.";
  const forget = watchPython(model, (gone) => (alone.textContent = gone ? words : ""));
  const leave = () => {
    forget();
    removeEventListener("keydown", before, true);
  };
  let timer;
  let width = 0; // of the sentence, when room for the longest so far was measured
  const speak = (words) => {
    if (status.clientWidth !== width) status.style.minHeight = "";
    width = status.clientWidth;
    status.textContent = words;
    if (width > 0) status.style.minHeight = getComputedStyle(status).height; // what stands below never moves back up
  };
  // A live region for each number would chatter: one sentence, once the hand rests. Before the first
  // touch or key the sentence is there to be read, and nobody is interrupted by it.
  status.setAttribute("aria-live", "off");
  const wake = () => status.setAttribute("aria-live", "polite");
  for (const event of ["pointerdown", "keydown", "input"]) root.addEventListener(event, wake, { once: true, capture: true });
  const say = (describe) => {
    clearTimeout(timer);
    timer = setTimeout(() => speak(unbroken(describe())), 400);
  };
  return { root, pictures, controls, status, say, leave };
}

// Calls draw whenever the page is zoomed or moves to a screen of another density; returns a way to stop.
export function onDensity(draw) {
  let query;
  const changed = () => {
    draw();
    listen();
  };
  const listen = () => {
    query?.removeEventListener("change", changed);
    query = matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    query.addEventListener("change", changed);
  };
  listen();
  return () => query.removeEventListener("change", changed);
}

// A canvas of H x W pixels that the browser enlarges: crisp on any screen. Grey pictures are ink on
// paper, 1 is dark; in colour 1 is light, and the pixels lie channel after channel.
export function paper(parent, [height, width, channels = 1], attributes = {}) {
  const canvas = make("canvas", { width, height, ...attributes }, parent);
  canvas.style.aspectRatio = `${width} / ${height}`;
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  const paint = (pixels) => {
    const size = height * width;
    for (let i = 0; i < size; i++) {
      // the clamped array rounds and keeps to 0..255
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = 255 * (channels > 1 ? pixels[c * size + i] : 1 - pixels[i]);
      image.data[4 * i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  };
  return { canvas, paint };
}

// A picture with its words below it.
export function picture(parent, caption, shape) {
  const figure = make("figure", {}, parent);
  const { canvas, paint } = paper(figure, shape, { role: "img", "aria-label": caption });
  const text = make("figcaption", {}, figure, caption);
  return {
    canvas,
    paint,
    roomFor: (words) => roomFor(text, words),
    title(words) {
      text.textContent = words;
    },
    describe(words) {
      canvas.setAttribute("aria-label", `${text.textContent}: ${words}`);
    },
  };
}

// A range input that says its value, with big steps, ends and a way home on the keyboard.
export function slider(parent, name, { low, high, home, by, words = (v) => v.toFixed(2) }, moved) {
  const row = make("label", { class: "slider" }, parent);
  make("span", {}, row, name);
  const input = make("input", { type: "range", min: low, max: high, step: "any", "aria-label": name }, row);
  const value = make("span", { "aria-hidden": "true", class: "value" }, row);
  const show = (number) => {
    if (number < +input.min) input.min = number; // Python may go beyond the data
    if (number > +input.max) input.max = number;
    input.value = number;
    value.textContent = words(number);
    input.setAttribute("aria-valuetext", words(number));
  };
  input.addEventListener("input", () => {
    show(+input.value);
    moved(+input.value, false);
  });
  input.addEventListener("change", () => moved(+input.value, true));
  backWhenScrolled(input, () => +input.value, (before) => {
    show(before);
    moved(before, true);
  });
  input.addEventListener("keydown", (event) => {
    const next = step(event, +input.value, +input.min, +input.max, home(), by);
    if (next === null) return;
    event.preventDefault();
    show(next);
    moved(next, false);
  });
  return { row, input, show };
}

// A finger that lands on a control and then scrolls the page has moved nothing: the browser takes the
// gesture away with pointercancel, and what was there before comes back.
export function backWhenScrolled(target, now, restore) {
  let before = null;
  target.addEventListener("pointerdown", () => (before = now()));
  target.addEventListener("pointerup", () => (before = null));
  target.addEventListener("pointercancel", () => {
    if (before !== null) restore(before);
    before = null;
  });
}

// A wheel over a number that has the focus would change it: the hand means to scroll the page.
export const leftByWheel = (number) => number.addEventListener("wheel", () => number.blur(), { passive: true });

// Where a key leads from a value: hundredths, tenths with Shift, the ends, or home with 0.
export function step({ key, shiftKey, ctrlKey, metaKey, altKey }, value, low, high, home, least = (high - low) / 100) {
  if (ctrlKey || metaKey || altKey) return null;
  const by = shiftKey ? (high - low) / 10 : least;
  const keep = (v) => Math.min(high, Math.max(low, v));
  if (key === "ArrowRight" || key === "ArrowUp") return keep(value + by);
  if (key === "ArrowLeft" || key === "ArrowDown") return keep(value - by);
  if (key === "PageUp") return keep(value + (high - low) / 10);
  if (key === "PageDown") return keep(value - (high - low) / 10);
  if (key === "Home") return low;
  if (key === "End") return high;
  return key === "0" ? home : null;
}

// One button for each class, any other, or by number: all call picked(index).
export function chooser(parent, examples, title, picked) {
  if (!examples.count) return () => {};
  const group = make("div", { class: "row", role: "group", "aria-label": title }, parent);
  make("span", { "aria-hidden": "true" }, group, title);
  const number = make("input", { type: "number", min: 0, max: examples.count - 1, "aria-label": "picture number" });
  let index = 0;
  const choose = (i) => picked((index = number.value = i));
  const next = (label) => {
    for (let n = 1; n <= examples.count; n++) {
      const i = (index + n) % examples.count;
      if (examples.labels[i] === label) return i;
    }
    return index;
  };
  const classes = [...new Set(examples.labels)].sort((a, b) => a - b).slice(0, 12);
  const few = classes.length ? make("span", { class: "classes" }, group) : null;
  for (const label of classes) button(few, label, () => choose(next(label)), { "aria-label": `${label}: the next one` });
  const any = make("span", { class: "row" }, group); // one line for both: neither stands alone below
  button(any, "shuffle", () => choose(Math.floor(Math.random() * examples.count)));
  any.append(number);
  number.value = 0;
  leftByWheel(number);
  number.addEventListener("change", () => {
    const i = Math.round(+number.value);
    choose(Math.min(examples.count - 1, Math.max(0, Number.isFinite(i) ? i : 0)));
  });
  return (i) => (index = number.value = i);
}
