// Presenter mode: the same page, one screen at a time, for a wall. `?present`, the key P, or the
// button. aelib/site/screens.py cut the page into screens and numbered what a key uncovers.
{
  const root = document.documentElement;
  const screens = [...document.querySelectorAll(".screen:not([data-home])")];
  const button = document.querySelector("#present");
  const BAR = 44; // pixels that the bar below takes
  const isOn = () => root.classList.contains("presenting");
  const make = (tag, attributes, parent, text = "") => {
    const node = Object.assign(document.createElement(tag), attributes);
    node.textContent = text;
    parent?.append(node);
    return node;
  };
  let at = 0; // which screen
  let frames = []; // of that screen: see frames.js
  let step = 0; // which of them
  let before = null; // where the reader was, unless the address named the screen
  let left = {}; // the screen and the frame that were left
  let wanted = ""; // the number of a screen, while it is typed

  // The bar: everything that the keys do.
  const bar = make("nav", { className: "presenter", hidden: true });
  bar.setAttribute("aria-label", "Presenter");
  const tool = (text, title, action) => {
    const node = make("button", { type: "button", title }, bar, text);
    node.addEventListener("click", action);
    return node;
  };
  tool("‹", "back: ←, Page Up", () => go(-1)).setAttribute("aria-label", "back");
  const place = tool("", "all screens: O", survey);
  place.className = "place";
  const steps = make("span", { className: "place" }, bar);
  tool("›", "on: →, Page Down, space", () => go(1)).setAttribute("aria-label", "on");
  const code = tool("Code", "C", flip);
  const full = tool("Full screen", "F", fill);
  full.hidden = !document.fullscreenEnabled;
  tool("Keys", "?", () => help.showModal());
  tool("Leave", "Esc", leave);
  const voice = make("p", { className: "unseen" }, bar);
  voice.setAttribute("role", "status");
  document.body.append(bar);

  const KEYS = [
    ["→ ↓ Page Down, space", "on: uncovers what comes next, then the next screen"],
    ["← ↑ Page Up", "back"],
    ["Home, End", "first screen, last screen"],
    ["a number, Enter", "that screen"],
    ["O", "all screens, to choose one"],
    ["C", "code, or none"],
    ["B", "a black wall; any key ends it"],
    ["F", "full screen"],
    ["Esc, P", "back to the page; Esc forgets a number that was begun"],
  ];
  const list = make("dl", {});
  for (const [keys, what] of KEYS) {
    const row = make("div", {}, list);
    make("dt", {}, row, keys);
    make("dd", {}, row, what);
  }
  const more = "A clicker does Page Down and Page Up. A slider that was just moved keeps the arrow keys, Home, End and 0, a box all that is typed; Page Down goes on all the same.";
  const help = dialog("keys", "Keys of presenter mode", "?", list, make("p", {}, null, more));

  // All screens by name, those of one section with a heading or a number of their own: nothing is told of them.
  const names = make("ol", {});
  const overview = dialog("screens", "All screens", "o", names);
  for (const [i, screen] of screens.entries()) {
    const { title } = screen.dataset;
    const nth = screens.slice(0, i + 1).filter((each) => each.dataset.title === title).length;
    const part = screen.querySelector("h3")?.textContent ?? nth;
    const item = make("button", { type: "button" }, make("li", {}, names), nth > 1 ? `${title} · ${part}` : title);
    item.addEventListener("click", () => {
      overview.close();
      jump(i);
    });
  }

  function dialog(id, label, closes, ...content) {
    const box = make("dialog", { id }, document.body);
    box.setAttribute("aria-label", label);
    box.append(...content);
    box.addEventListener("keydown", (event) => {
      if (!event.ctrlKey && !event.metaKey && event.key.toLowerCase() === closes) box.close(); // as it was opened
    });
    make("button", { type: "button", className: "tool" }, box, "Close").addEventListener("click", () => box.close());
    return box;
  }

  function survey() {
    for (const [i, { firstChild }] of [...names.children].entries()) firstChild.setAttribute("aria-current", i === at);
    overview.showModal();
    names.children[at].firstChild.focus();
  }

  function fill() {
    if (document.fullscreenElement) document.exitFullscreen();
    else root.requestFullscreen().catch(() => {}); // the browser's own key still does it
  }

  function flip() {
    root.classList.toggle("coded");
    again();
  }

  // Cut the screen anew, and stay where we are: at the frame that brought the same part, or where
  // that would tell more, or shows it no more, at the last one that tells nothing new.
  function again() {
    const part = frames[step].fresh[0];
    const seen = new Set(frames.slice(0, step + 1).flatMap(({ fresh }) => fresh.map(({ node }) => node)));
    show();
    const same = frames.findIndex(({ shown }) => shown.some(({ node }) => node === part?.node));
    const news = frames.findIndex(({ fresh }) => fresh.some(({ node, kind }) => kind !== "code" && !seen.has(node)));
    const told = (news < 0 ? frames.length : news) - 1;
    step = Math.max(0, same < 0 ? told : Math.min(same, told));
    lay();
  }

  function lay() {
    course.lay(screens[at], frames[step].shown, frames[step].size);
    steps.textContent = frames.length > 1 ? `step ${step + 1} of ${frames.length}` : "";
  }

  function show() {
    const screen = screens[at];
    for (const each of screens) each.classList.toggle("current", each === screen);
    frames = course.frames(screen, root.classList.contains("coded"));
    step = Math.min(step, frames.length - 1);
    lay();
    place.textContent = `${at + 1} of ${screens.length}`;
    const anchor = screen.querySelector("[id]")?.id ?? screens.slice(0, at).reverse().map((s) => s.querySelector("[id]")?.id).find(Boolean);
    address(`?present=${at + 1}#${encodeURIComponent(anchor ?? "")}`);
    code.setAttribute("aria-pressed", root.classList.contains("coded"));
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
  function tell() {
    const words = ({ node, kind }) => (kind === "picture" ? node.querySelector("img").alt : kind === "live" ? "" : node.textContent);
    voice.textContent = frames[step].fresh.map(words).join(" ").replace(/\s+/g, " ").trim();
  }

  // A part that is taller than the wall is scrolled before the next is shown.
  function go(by) {
    const room = innerHeight - BAR;
    const hidden = by > 0 ? screens[at].getBoundingClientRect().bottom > room + 2 : scrollY > 0;
    if (hidden) return scrollBy(0, 0.8 * by * room);
    if (frames[step + by]) {
      step += by;
      lay();
      return tell();
    }
    if (!screens[at + by]) return;
    at += by;
    step = by < 0 ? Infinity : 0;
    show();
    land();
  }

  function enter(number) {
    const tops = screens.map((screen) => screen.getBoundingClientRect().top);
    at = Math.max(0, tops.findLastIndex((top) => top < innerHeight / 3));
    if (number > 0) at = Math.min(Math.floor(number), screens.length) - 1; // it was loaded anew
    step = at === left.at ? left.step : 0;
    before = number > 0 ? null : { at, y: scrollY };
    root.classList.add("presenting");
    bar.hidden = false;
    for (const screen of screens) {
      screen.tabIndex = -1;
      screen.setAttribute("role", "group");
      screen.setAttribute("aria-label", screen.dataset.title);
    }
    for (const image of document.querySelectorAll(".picture img")) image.loading = "eager";
    show();
    land();
  }

  function leave() {
    const screen = screens[at];
    left = { at, step };
    root.classList.remove("presenting", "coded", "dimmed");
    if (document.fullscreenElement) document.exitFullscreen();
    bar.hidden = true;
    for (const zoomed of document.querySelectorAll("main, .live")) zoomed.style.zoom = "";
    for (const each of screens) for (const name of ["role", "aria-label"]) each.removeAttribute(name);
    address(location.pathname.split("/").pop() + location.hash);
    if (at === before?.at) scrollTo({ top: before.y, behavior: "instant" });
    else screen.scrollIntoView({ block: "start", behavior: "instant" });
    screen.focus({ preventScroll: true });
  }

  const moves = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1, Backspace: -1 };
  const others = { Escape: leave, p: leave, c: flip, f: fill, o: survey, b: dim, ".": dim, "?": () => help.showModal(), Home: () => jump(0), End: () => jump(screens.length - 1) };
  function dim() {
    root.classList.toggle("dimmed");
  }
  function jump(to) {
    [at, step] = [to, 0];
    show();
    land();
  }

  // A number and Enter lead to that screen.
  function call(key) {
    if (key !== "Enter") {
      wanted = (wanted + key).slice(-2);
      steps.textContent = `to ${wanted}: Enter`;
      return;
    }
    jump(Math.max(1, Math.min(wanted, screens.length)) - 1);
    wanted = "";
  }

  // A clicker's two keys turn screens wherever the focus is; the other keys first belong to what
  // has it: those that move it to a slider that was just moved (0 to its home, unless it ends a
  // number), all of them to a box that is written in, and on a page to whatever is set there.
  addEventListener(
    "keydown",
    (event) => {
      const { key, target, ctrlKey, metaKey, altKey } = event;
      if (ctrlKey || metaKey || altKey || document.querySelector("dialog[open]")) return;
      const clicked = key === "PageUp" || key === "PageDown";
      const typed = target.closest("input:not([type=radio], [type=range]), select, textarea, [contenteditable]");
      const slides = target.matches("input[type=range]") && (!isOn() || /^(Arrow|Home|End)/.test(key) || (key === "0" && !wanted));
      const chooses = target.matches("input[type=radio]") && (!isOn() || ["ArrowUp", "ArrowDown", " "].includes(key));
      const busy = typed || slides || chooses || (key === " " && target.closest("button, summary, a"));
      if (busy && !clicked && key !== "Escape") return;
      if (isOn() && (/^\d$/.test(key) || (key === "Enter" && wanted))) {
        event.preventDefault();
        return call(key);
      }
      if (isOn() && key === "Escape" && wanted) {
        wanted = "";
        return lay();
      }
      wanted = "";
      const act = isOn() ? (moves[key] ? () => go(moves[key]) : others[key.length > 1 ? key : key.toLowerCase()]) : key.toLowerCase() === "p" ? () => enter() : null;
      if (!act) return;
      event.preventDefault();
      event.stopPropagation();
      if (root.classList.contains("dimmed")) dim();
      else act();
    },
    true,
  );
  button.addEventListener("click", () => enter());
  // What was clicked lets go of the keys: the space bar goes on.
  addEventListener("click", ({ detail, target }) => isOn() && detail > 0 && target.closest("button")?.blur());
  addEventListener("resize", () => isOn() && again());
  new MutationObserver(() => isOn() && again()).observe(root, { attributeFilter: ["data-live"] }); // widgets have started
  const asked = new URLSearchParams(location.search).get("present");
  if (asked !== null) {
    if (document.readyState === "complete") enter(asked);
    else addEventListener("load", () => enter(asked));
  }
}
