// Presenter mode: the same page, one screen at a time, for a wall. `?present`, the key P, or the
// button. aelib/site/screens.py cut the page into screens and numbered what a key uncovers.
{
  const root = document.documentElement;
  const screens = [...document.querySelectorAll(".screen:not([data-home])")];
  const button = document.querySelector("#present");
  const SIZES = [1.5, 1.35, 1.2, 1.1, 1, 0.92, 0.84, 0.77]; // of type; 1 is a 24th of the height
  const SMALLER = [...SIZES, 0.7, 0.63, 0.57]; // where a widget is to be seen whole
  const BAR = 44; // pixels that the bar below takes
  const steps = (screen) => Math.max(...[...screen.querySelectorAll("[data-step]")].map(stepOf));
  const stepOf = (node) => +node.dataset.step;
  const isOn = () => root.classList.contains("presenting");
  const make = (tag, attributes, parent, text = "") => {
    const node = Object.assign(document.createElement(tag), attributes);
    node.textContent = text;
    parent?.append(node);
    return node;
  };
  let at = 0; // which screen
  let step = 0; // how much of it is uncovered
  let before = null; // where the reader was

  // The bar: everything that the keys do.
  const bar = make("nav", { className: "presenter", hidden: true });
  bar.setAttribute("aria-label", "Presenter");
  const tool = (text, title, action) => {
    const node = make("button", { type: "button", title }, bar, text);
    node.addEventListener("click", action);
    return node;
  };
  tool("‹", "back: ←, Page Up", () => go(-1)).setAttribute("aria-label", "back");
  const place = make("span", { className: "place" }, bar);
  tool("›", "on: →, Page Down, space", () => go(1)).setAttribute("aria-label", "on");
  const switches = { coded: tool("Code", "C", () => flip("coded")), whole: tool("All text", "T", () => flip("whole")) };
  tool("Leave", "Esc", leave);
  const voice = make("p", { className: "unseen" }, bar);
  voice.setAttribute("role", "status");
  document.body.append(bar);

  function flip(name) {
    root.classList.toggle(name);
    show();
  }

  // Of texts, pictures and words that the code said, the latest of each is seen: what was looked
  // at makes room. Below its text there is less room for a picture: there the text goes first.
  function uncover(screen) {
    const whole = root.classList.contains("whole");
    const parts = [...screen.querySelectorAll("[data-step]:not(.head)")];
    const latest = {};
    for (const part of parts) {
      const open = stepOf(part) <= step && (whole || !part.matches(".aside")) && kindOf(part);
      if (open) latest[open] = stepOf(part);
    }
    const coded = root.classList.contains("coded");
    const below = screen.dataset.layout === "wide" && latest.picture > latest.text;
    for (const part of parts) {
      const kind = kindOf(part);
      const past = stepOf(part) < latest[kind] || (below && kind === "text");
      part.classList.toggle("past", stepOf(part) > step || (!whole && (past || part.matches(".aside") || !(kind || coded))));
    }
    for (const verdict of screen.querySelectorAll(".verdict")) verdict.open = true;
  }
  const kindOf = (part) => {
    if (part.matches(".shown") || part.querySelector("figure, .live")) return "picture";
    if (part.matches(".prose, .told")) return "text";
    return part.querySelector(".said") && "said";
  };

  // The largest type with which all fits, the same for all steps of a screen.
  function fit(screen) {
    const main = document.querySelector("main");
    const unit = Math.min(innerHeight / 24, innerWidth / 42) / 19;
    const size = (by) => {
      main.style.zoom = unit * by;
      root.style.setProperty("--zoom", unit * by);
      root.style.setProperty("--part", 0.25 + 0.24 * by); // of the height, for a picture below text
    };
    const asked = step;
    const sizes = screen.dataset.layout === "widget" ? SMALLER : SIZES;
    let i = 0;
    size(sizes[0]);
    for (step = 0; step <= steps(screen); step++) {
      uncover(screen);
      while (i < sizes.length - 1 && screen.getBoundingClientRect().height > innerHeight - BAR) size(sizes[++i]);
    }
    step = asked;
  }

  function show() {
    const screen = screens[at];
    for (const each of screens) each.classList.toggle("current", each === screen);
    fit(screen);
    uncover(screen);
    place.textContent = `${at + 1} of ${screens.length}`;
    const anchor = screen.querySelector("[id]")?.id ?? screens.slice(0, at).reverse().map((s) => s.querySelector("[id]")?.id).find(Boolean);
    address(`?present#${encodeURIComponent(anchor ?? "")}`);
    for (const [name, node] of Object.entries(switches)) node.setAttribute("aria-pressed", root.classList.contains(name));
  }

  const address = (to) => {
    try {
      history.replaceState(null, "", to);
    } catch {} // not every browser lets files do it
  };

  // A screen reader reads a new screen from its name on, and hears what a key uncovered.
  function land() {
    scrollTo(0, 0);
    screens[at].focus({ preventScroll: true });
    voice.textContent = "";
  }
  function tell(screen) {
    const fresh = [...screen.querySelectorAll(`[data-step="${step}"]`)].filter((part) => !part.matches(".past"));
    const words = (part) => (part.matches(".prose") ? part.textContent : [...part.querySelectorAll("img, .said")].map((node) => node.alt ?? node.textContent).join(" "));
    voice.textContent = fresh.map(words).join(" ").replace(/\s+/g, " ").trim();
  }

  function go(by) {
    const screen = screens[at];
    const room = innerHeight - BAR;
    const hidden = by > 0 ? screen.getBoundingClientRect().bottom > room + 2 : scrollY > 0;
    if (by > 0 && step === steps(screen) && hidden) return scrollBy(0, 0.8 * room);
    if (by < 0 && hidden) return scrollBy(0, -0.8 * room);
    if (by > 0 ? step < steps(screen) : step > 0) {
      step += by;
      uncover(screen);
      return tell(screen);
    }
    if (!screens[at + by]) return;
    at += by;
    step = by < 0 ? steps(screens[at]) : 0;
    show();
    land();
  }

  function enter() {
    const tops = screens.map((screen) => screen.getBoundingClientRect().top);
    at = Math.max(0, tops.findLastIndex((top) => top < innerHeight / 3));
    step = 0;
    before = { at, y: scrollY };
    root.classList.add("presenting");
    bar.hidden = false;
    for (const screen of screens) {
      screen.tabIndex = -1;
      screen.setAttribute("role", "group");
      screen.setAttribute("aria-label", screen.dataset.title);
    }
    for (const image of document.querySelectorAll(".picture img")) {
      image.loading = "eager";
      image.parentElement.style.setProperty("--ratio", image.width / image.height);
    }
    show();
    land();
  }

  function leave() {
    const screen = screens[at];
    root.classList.remove("presenting", "coded", "whole");
    bar.hidden = true;
    document.querySelector("main").style.zoom = "";
    for (const verdict of document.querySelectorAll(".verdict")) verdict.open = false;
    for (const each of screens) for (const name of ["role", "aria-label"]) each.removeAttribute(name);
    address(location.pathname.split("/").pop() + location.hash);
    if (at === before.at) scrollTo({ top: before.y, behavior: "instant" });
    else screen.scrollIntoView({ block: "start", behavior: "instant" });
    screen.focus({ preventScroll: true });
  }

  const moves = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1, Backspace: -1 };
  const others = { Escape: leave, p: leave, c: () => flip("coded"), t: () => flip("whole"), Home: () => jump(0), End: () => jump(screens.length - 1) };
  function jump(to) {
    [at, step] = [to, 0];
    show();
    land();
  }

  // A clicker's two keys turn screens wherever the focus is; the other keys first belong to what
  // has it: arrows to a slider that was just moved, letters to a box that is written in.
  addEventListener(
    "keydown",
    (event) => {
      const { key, target, ctrlKey, metaKey, altKey } = event;
      if (ctrlKey || metaKey || altKey || document.querySelector("dialog[open]")) return;
      const clicked = key === "PageUp" || key === "PageDown";
      const busy = target.closest("input, select, textarea, [contenteditable]") || (key === " " && target.closest("button, summary, a"));
      if (busy && !clicked && key !== "Escape") return;
      const act = isOn() ? (moves[key] ? () => go(moves[key]) : others[key.length > 1 ? key : key.toLowerCase()]) : key.toLowerCase() === "p" ? enter : null;
      if (!act) return;
      event.preventDefault();
      event.stopPropagation();
      act();
    },
    true,
  );
  button.addEventListener("click", enter);
  addEventListener("resize", () => isOn() && show());
  if (new URLSearchParams(location.search).has("present")) {
    if (document.readyState === "complete") enter();
    else addEventListener("load", enter);
  }
}
