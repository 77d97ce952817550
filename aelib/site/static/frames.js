// What presenter mode shows at once. aelib/site/screens.py cut the page into screens and numbered
// their steps; here, where the size of the wall is known, a screen becomes frames: each holds what
// is new, as much as fits of what was seen before, and is never fuller than the wall.
{
  const LARGE = [1.5, 1.35, 1.2, 1.1, 1]; // of type; 1 is a 24th of the height
  const SMALL = [1, 0.92, 0.84, 0.77];
  const CUT = 0.92; // where a step is too much for the smallest, and beside a formula
  const TINY = [0.84, 0.77, 0.7, 0.63, 0.57]; // for one part that is too large alone, as long code
  const WIDGETS = [1.7, 1.55, 1.4, 1.3, 1.2, 1.12, 1.04, 0.97, 0.9, 0.84, 0.78, 0.72, 0.67, 0.62];
  const LEAST = 0.45; // of the height, for a picture that shares a frame
  const WIDE = 1.9; // a picture of this shape or wider stands below its text, others beside
  const BAR = 44; // pixels that the bar below takes
  const main = document.querySelector("main");

  // The parts of a screen that can be shown alone, in their order.
  function partsOf(screen, coded) {
    const parts = [];
    for (const box of screen.querySelectorAll("[data-step]")) {
      const add = (node, kind) => parts.push({ node, kind, step: +box.dataset.step });
      if (box.matches(".prose")) {
        for (const node of box.children) {
          if (node.matches("ul, ol")) [...node.children].forEach((item, i) => add(Object.assign(item, { value: i + 1 }), "text"));
          else if (!node.matches("h1, h2, [data-desk]") || (coded && node.dataset.desk === "code")) add(node, node.matches(".table") ? "table" : "text");
        }
        continue;
      }
      const told = box.matches(".told");
      if (told || coded) add(box.querySelector(".copyable"), box.matches(".asking") ? "guess" : told ? "text" : "code");
      for (const node of box.querySelectorAll(".said, .live, .picture")) {
        const asked = [...node.querySelectorAll("fieldset")]; // the questions of a quiz
        if (asked.length) for (const each of asked) add(each, "asked");
        else if (node.matches(".live")) add(node, "live");
        else if (node.matches(".picture")) node.closest(".live") || add(node, "picture");
        else if (!box.matches(".told, .exercise")) add(node, "said");
      }
    }
    return parts;
  }

  function uncover(screen, shown) {
    for (const part of screen.querySelectorAll(".prose > :not(h1, h2, ul, ol), .prose li, .copyable, .said, .picture, .live, fieldset")) part.classList.add("past");
    for (const { node } of shown) {
      node.classList.remove("past");
      node.closest(".live")?.classList.remove("past");
      for (const inner of node.querySelectorAll(".past")) inner.classList.remove("past");
    }
  }

  function ratio(picture) {
    const [width, height] = ["width", "height"].map((name) => picture.querySelector("img").getAttribute(name));
    return width / height;
  }

  function layoutOf(screen, shown) {
    const has = (...kinds) => shown.some(({ kind }) => kinds.includes(kind));
    const pictures = shown.filter(({ kind }) => kind === "picture").map(({ node }) => node);
    if (has("live")) return has("text", "guess", "said") ? "widget" : "wide";
    if (has("table", "asked", "code") || pictures.some((each) => ratio(each) >= WIDE) || pictures.length > 1) return "wide";
    if (!pictures.length) return "text";
    return has("text", "guess", "said") && !screen.querySelector("h1") ? "beside" : "wide";
  }

  // Lay a frame out; says whether all of it is on the wall. Lengths are those inside of main, which
  // is zoomed as a whole; a widget has a zoom of its own within it. What stands to the right of a
  // text (see style.css) takes nothing of the screen's height, and begins below the heading.
  function lay(screen, shown, size) {
    const zoom = (Math.min(innerHeight / 24, innerWidth / 42) / 19) * size;
    main.style.zoom = zoom;
    screen.dataset.layout = layoutOf(screen, shown);
    uncover(screen, shown);
    for (const { node, kind } of shown) if (kind === "asked") node.closest(".live").style.zoom = ""; // of the time before it had questions
    const cutOff = () => [...screen.querySelectorAll(".formula")].some((each) => each.scrollWidth > each.clientWidth + 1);
    if (cutOff()) screen.dataset.layout = "wide"; // no line of it is broken
    const told = shown.some(({ kind }) => kind === "text" || kind === "guess");
    if (screen.dataset.layout === "beside" && !told && broken(shown)) screen.dataset.layout = "wide";
    const nodes = (...kinds) => shown.filter(({ kind }) => kinds.includes(kind)).map(({ node }) => node);
    const [pictures, [live]] = [nodes("picture"), nodes("live")];
    const room = (innerHeight - BAR) / zoom;
    for (const each of pictures) {
      each.style.setProperty("--ratio", ratio(each));
      each.style.setProperty("--high", "0px");
    }
    const fits = () => screen.offsetHeight <= room && !cutOff();
    const { paddingLeft, paddingBottom } = getComputedStyle(screen);
    const beside = ["beside", "widget"].includes(screen.dataset.layout);
    const all = shown.map(({ node }) => node).filter((node) => beside && !node.matches(".picture, .live"));
    for (const each of all) each.classList.add("past");
    screen.style.setProperty("--top", `${screen.offsetHeight - parseFloat(paddingBottom)}px`);
    for (const each of all) each.classList.remove("past");
    if (live) return magnify(live, zoom, fits);
    if (!pictures.length || !fits()) return fits();
    const taken = beside ? parseFloat(screen.style.getPropertyValue("--top")) + parseFloat(paddingBottom) : screen.offsetHeight;
    const wide = (screen.clientWidth - 2 * parseFloat(paddingLeft)) * (beside ? 0.58 : 1);
    let rest = room - taken;
    let large = true;
    // What a flat picture cannot use is left to the others.
    for (const [i, each] of [...pictures].sort((a, b) => ratio(b) - ratio(a)).entries()) {
      const full = wide / ratio(each);
      const high = Math.floor(Math.min(full, rest / (pictures.length - i) - 3));
      each.style.setProperty("--high", `${high}px`);
      rest -= high + 3;
      large = large && high >= Math.floor(Math.min(LEAST * room, full));
    }
    return shown.length === 1 || large;
  }

  // How many of the lines that were printed, or of code, do not fit into a line of the wall; those
  // of a guess may be broken, as their type counts more.
  function broken(shown) {
    const lines = (node) => {
      const { lineHeight, paddingTop, paddingBottom } = getComputedStyle(node);
      return Math.round((node.clientHeight - parseFloat(paddingTop) - parseFloat(paddingBottom)) / parseFloat(lineHeight));
    };
    const pres = shown.flatMap(({ node }) => (node.matches(".said") ? [node] : [...node.querySelectorAll("pre.code")])).filter((pre) => !pre.closest(".asking"));
    return pres.reduce((sum, pre) => sum + Math.max(0, lines(pre) - pre.innerText.trimEnd().split("\n").length), 0);
  }

  // The largest size at which a widget is seen whole. Its place is a length of the screen, not of
  // the widget's own zoom: see style.css.
  function magnify(live, zoom, fits) {
    const unit = innerHeight / 720 / zoom;
    const whole = (i) => {
      live.style.zoom = WIDGETS[i] * unit;
      live.style.setProperty("--zoom", live.style.zoom);
      return fits() && live.getBoundingClientRect().bottom + scrollY <= innerHeight - BAR && live.scrollWidth <= live.clientWidth + 1;
    };
    let [low, high] = [0, WIDGETS.length - 1]; // from large to small
    while (low < high) {
      const middle = (low + high) >> 1;
      if (whole(middle)) high = middle;
      else low = middle + 1;
    }
    return whole(low);
  }

  const leadsOn = ({ node }) => "leads" in node.dataset; // see screens.py

  const isFormula = ({ node }) => node.matches("p:has(> .formula)");
  const place = ({ kind }) => (kind === "live" ? "picture" : kind); // what is new takes it
  const isGuess = ({ node }) => node.matches("[data-guess]");
  const isListed = ({ node }) => node.matches("li");
  const stands = (fresh, part) => (isFormula(part) && !isFormula(fresh)) || (isListed(part) && isGuess(fresh)); // to choose from
  const displaces = (fresh, part) => place(fresh) === place(part) && !stands(fresh, part);

  // What was printed goes with the words that speak of it, and with the picture of its cell.
  function isPast(before, fresh, part) {
    if (part.kind !== "said") return false;
    const has = (parts, ...kinds) => parts.some(({ kind }) => kinds.includes(kind));
    if (has(fresh, "text") && has(before.slice(before.indexOf(part)), "text")) return true;
    const cell = part.node.closest(".cell");
    const drawn = (parts) => parts.filter(({ kind }) => place({ kind }) === "picture");
    const own = drawn(before).some(({ node }) => cell.contains(node));
    return own && drawn(fresh).some(({ node }) => !cell.contains(node));
  }

  // What may stay of the frame before: what no new part takes the place of (a formula stays while
  // words speak of it, a list while one is asked to choose from it); then less and less.
  // The words before the first question of a quiz are not said again with each of the others; a
  // heading begins anew; and an empty guess goes as soon as anything comes.
  function bases(before, fresh) {
    const asked = [before, fresh].every((parts) => parts.some(({ kind }) => kind === "asked"));
    if (asked || fresh.some(({ node }) => node.matches("h3"))) return [[]];
    const stays = before.filter((part) => part.kind !== "guess" && !isPast(before, fresh, part) && fresh.every((each) => !displaces(each, part)));
    const last = fresh.some(({ kind }) => kind === "table") ? ["picture"] : []; // a table says it, too
    const GONE = [[], ["code", "said"], ["code", "said", "text"], ["code", "said", "text", ...last]];
    const [all, ...rest] = GONE.map((gone) => stays.filter(({ kind }) => !gone.includes(kind)));
    const guesses = all.some(isGuess) && all.some(isListed) ? [all.filter((part) => !isListed(part))] : [];
    return [all, ...guesses, all.filter((part) => !isFormula(part)), ...rest];
  }

  // What may stay rather than that a step is cut: the last of several pictures, and beside a list,
  // which is there to choose from or to compare, no picture at all.
  function leastOf([all], fresh) {
    const last = all.filter(({ kind }) => kind === "picture").slice(-1);
    return fresh.some(isListed) ? [last, []] : [last];
  }

  // A picture that another cell's lines follow, with its own: none of these parts where no other
  // cell said anything.
  function pictureOf(fresh) {
    const cell = fresh[0].node.closest(".cell");
    const own = fresh.filter(({ node }) => node.closest(".cell") === cell);
    const others = fresh.slice(own.length);
    return fresh[0].kind === "picture" && others.length && others.every(({ kind }) => kind === "said") ? own : [];
  }

  // A frame that brings all that is new; none where what was seen before must go and may not. Before
  // the words that lead to a picture go, the picture is shown beside them without what another cell
  // said of it.
  function whole(screen, before, fresh, size, most) {
    const tried = most > 2 ? [...before, ...leastOf(before, fresh)] : before;
    const base = tried.find((each) => lay(screen, [...each, ...fresh], size));
    const drawn = pictureOf(fresh);
    const told = (parts) => parts?.some(({ kind }) => kind === "text");
    if (most > 1 && drawn.length && told(before[0]) && !told(base)) {
      const words = before.find((each) => told(each) && lay(screen, [...each, ...drawn], size));
      if (words) return { shown: [...words, ...drawn], fresh: drawn, size };
    }
    return base && tried.indexOf(base) < [1, 2, Infinity, Infinity][most] ? { shown: [...base, ...fresh], fresh, size } : null;
  }

  // A frame that brings as many of the new parts as fit, at least one; none ends with what leads on.
  function some(screen, before, fresh, size) {
    const starts = fresh.map((_, i) => fresh.slice(0, fresh.length - i));
    for (const base of [...before, ...leastOf(before, fresh), []]) {
      const complete = (each) => !leadsOn(each.at(-1)) || (each.length === 1 && !base.length);
      const most = starts.find((each) => complete(each) && lay(screen, [...base, ...each], size));
      if (most) return { shown: [...base, ...most], fresh: most, size };
    }
    const first = fresh.slice(0, 1);
    return { shown: first, fresh: first, size: least(screen, first) };
  }

  // Cut a screen into frames at one size of type; null where that would be tighter than is asked:
  // 1 lets go of formulas, 2 of what was seen before, 3 cuts a step.
  function cut(screen, parts, size, most) {
    const frames = [];
    for (const step of new Set(parts.map((part) => part.step))) {
      let fresh = parts.filter((part) => part.step === step);
      while (fresh.length) {
        const before = bases(frames.at(-1)?.shown ?? [], fresh);
        const frame = whole(screen, before, fresh, size, most) ?? (most > 2 ? some(screen, before, fresh, size) : null);
        if (!frame) return null;
        frames.push(frame);
        fresh = fresh.slice(frame.fresh.length);
      }
    }
    return frames.length ? frames : [{ shown: [], fresh: [], size }];
  }

  const least = (screen, shown) => TINY.find((size) => lay(screen, shown, size)) ?? TINY.at(-1);

  // The words of a frame; what a cell said counts where nobody has said anything of it yet.
  function wordsOf({ shown }) {
    const words = shown.filter(({ kind }) => kind !== "picture" && kind !== "said");
    return words.length ? words : shown.filter(({ kind }) => kind === "said");
  }

  // Frames that share words have one size of type, the largest that fits all of them; a size that
  // breaks no line of code or of what was printed goes before a larger one.
  function enlarge(screen, frames) {
    const groups = [];
    for (const frame of frames) {
      const before = groups.at(-1)?.at(-1);
      const asks = before?.shown.some(({ kind }) => kind === "guess"); // in type of its own
      const shares = before && !asks && wordsOf(before).some((part) => frame.shown.includes(part));
      if (shares) groups.at(-1).push(frame);
      else groups.push([frame]);
    }
    for (const group of groups) {
      const now = group.map(({ shown, size }) => (lay(screen, shown, size), broken(shown)));
      const fits = (size, most) => group.every(({ shown }, i) => lay(screen, shown, size) && broken(shown) <= most[i]);
      const none = group.map(() => 0);
      const size = LARGE.find((each) => fits(each, none)) ?? [...LARGE, ...SMALL].find((each) => fits(each, now));
      if (size) for (const frame of group) frame.size = size;
    }
    return frames;
  }

  // The frames of a screen: in the largest type that leaves all in its place (a formula has smaller
  // type beside it before it goes), else in the largest that cuts no step.
  course.frames = (screen, coded) => {
    const parts = partsOf(screen, coded);
    const beside = parts.some(isFormula) ? [...LARGE, CUT] : [];
    for (const [most, sizes] of [beside, LARGE, SMALL, [CUT]].entries()) for (const size of sizes) {
      const frames = cut(screen, parts, size, most);
      if (frames) return enlarge(screen, frames);
    }
  };
  course.lay = lay;
}
