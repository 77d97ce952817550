// Theme, search, copy buttons and the like. A page without this script is complete to read.
self.course = {};
{
  const find = (selector) => document.querySelector(selector);
  const make = (tag, attributes, text) => {
    const node = Object.assign(document.createElement(tag), attributes);
    if (text !== undefined) node.textContent = text;
    return node;
  };

  // Theme: the system's until the reader chooses.
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
  const theme = find("#theme");
  const name = () => (theme.textContent = isDark() ? "Light" : "Dark");
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try {
      localStorage.setItem("theme", root.dataset.theme);
    } catch {} // some browsers keep nothing for files
    name();
  });
  dark.addEventListener("change", name);
  name();
  theme.setAttribute("aria-label", "switch the theme");

  // Code: a button that copies it. A box that scrolls can be reached by keyboard.
  for (const code of document.querySelectorAll("pre.code")) {
    const button = make("button", { type: "button", className: "copy" }, "Copy");
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(code.firstChild);
        button.textContent = "Selected";
      }
      setTimeout(() => (button.textContent = "Copy"), 2000);
    });
    code.parentElement.append(button);
  }
  const scrolls = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  for (const box of document.querySelectorAll("pre, .table, .formula, .cell > .large, .course")) scrolls.observe(box);

  // Contents: where the reader is.
  const links = new Map();
  for (const link of document.querySelectorAll(".contents a")) {
    links.set(document.getElementById(decodeURIComponent(link.hash.slice(1))), link);
  }
  let waiting = false;
  const mark = () => {
    waiting = false;
    const passed = [...links.keys()].filter((h) => h?.getBoundingClientRect().top < innerHeight / 3);
    const here = links.get(passed.at(-1));
    if (here?.hasAttribute("aria-current")) return;
    for (const link of links.values()) link.removeAttribute("aria-current");
    here?.setAttribute("aria-current", "true");
  };
  const soon = () => {
    if (!waiting) requestAnimationFrame(mark);
    waiting = true;
  };
  if (links.size) for (const event of ["scroll", "resize"]) addEventListener(event, soon, { passive: true });
  mark();

  // Search: the index comes when it is first asked for.
  const [dialog, query, found, results] = ["#search", "#query", "#found", "#results"].map(find);
  let entries = null;
  const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");

  course.found = (list) => {
    entries = list.map((entry) => ({
      ...entry,
      at: [plain(entry.heading), plain(entry.lesson), plain(entry.text)],
    }));
    look();
  };

  const count = (text, word) => text.split(word).length - 1;
  // What has all words comes before what has only some of them.
  function score({ at: [heading, lesson, text] }, words) {
    const points = words.map(
      (word) => 8 * count(heading, word) + 4 * count(lesson, word) + Math.min(6, count(text, word)),
    );
    return 1000 * points.filter(Boolean).length + points.reduce((a, b) => a + b, 0);
  }

  // The words of a text around the first match, the matches marked.
  function excerpt(text, words) {
    const low = plain(text);
    const places = words.map((word) => low.indexOf(word)).filter((i) => i >= 0);
    const from = Math.max(0, Math.min(...places, text.length) - 60);
    const start = from ? text.indexOf(" ", from) + 1 : 0;
    const part = text.slice(start, start + 180);
    const line = make("p", {});
    const pattern = new RegExp(`(${words.map((word) => word.replace(/[^\p{L}\p{N}]/gu, "\\$&")).join("|")})`, "giu");
    part.split(pattern).forEach((piece, i) => line.append(i % 2 ? make("mark", {}, piece) : piece));
    if (start + 180 < text.length) line.append(" …");
    return line;
  }

  function look() {
    if (!entries) return;
    const words = plain(query.value).split(/\s+/).filter(Boolean);
    const hits = words.length ? entries.map((entry) => [score(entry, words), entry]).filter(([points]) => points) : [];
    hits.sort((a, b) => b[0] - a[0]);
    results.replaceChildren(
      ...hits.slice(0, 20).map(([, entry]) => {
        const link = make("a", { href: entry.page });
        link.append(make("span", {}, entry.lesson), make("strong", {}, entry.heading));
        const item = make("li", {});
        item.append(link, excerpt(entry.text, words));
        return item;
      }),
    );
    found.textContent = words.length ? `${hits.length || "No"} ${hits.length === 1 ? "section" : "sections"}` : "";
  }

  function openSearch() {
    if (!entries && !find("#index")) document.head.append(make("script", { id: "index", src: "search-index.js" }));
    dialog.showModal();
    query.select();
  }
  find("#open-search").addEventListener("click", openSearch);
  find("#close-search").addEventListener("click", () => dialog.close());
  query.addEventListener("input", look);
  results.addEventListener("click", (event) => event.target.closest("a") && dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  addEventListener("keydown", (event) => {
    const busy = event.target.closest("input, select, textarea, [contenteditable], .presenting");
    if (event.key !== "/" || busy || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    openSearch();
  });
}
