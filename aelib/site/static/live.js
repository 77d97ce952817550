// Widgets without a kernel: a stand-in for the notebook's half of each, driven by the page's data.
// Each script in live/ brings one model, with the ES module and the bytes that no script before it
// brought, and calls course.live: a widget starts when its own script is there.
{
  const decode = (text) => Uint8Array.fromBase64?.(text) ?? Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

  // One run of bytes from those it was cut into.
  function join(runs) {
    const whole = new Uint8Array(runs.reduce((sum, run) => sum + run.length, 0));
    let at = 0;
    for (const run of runs) {
      whole.set(run, at);
      at += run.length;
    }
    return new DataView(whole.buffer);
  }

  // What an anywidget's render expects of its model: get, set, on, off, save_changes, send.
  function standIn(values) {
    const listeners = [];
    const fire = (event) => {
      for (const [name, call] of [...listeners]) if (name === event) call();
    };
    return {
      get: (name) => values[name],
      set(name, value) {
        if (values[name] === value) return;
        values[name] = value;
        fire(`change:${name}`);
        fire("change");
      },
      on: (events, call) => events.split(" ").forEach((name) => listeners.push([name, call])),
      off(events, call) {
        const names = events?.split(" ");
        const stays = ([name, each]) => (names && !names.includes(name)) || (call && each !== call);
        listeners.splice(0, Infinity, ...listeners.filter(stays));
      },
      save_changes() {}, // nobody else listens
      send() {}, // only widgets that ask nothing are on a page
    };
  }

  async function load(source) {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const { default: widget } = await import(url);
    URL.revokeObjectURL(url);
    return typeof widget === "function" ? widget() : widget;
  }

  const runs = {}; // bytes by key
  const sources = {}; // of ES modules by name
  const loaded = {};

  async function open({ module, state, bytes }) {
    for (const [name, keys] of Object.entries(bytes)) state[name] = join(keys.map((key) => runs[key]));
    const model = standIn(state);
    const widget = await (loaded[module] ??= load(sources[module]));
    await widget.initialize?.({ model });
    return { model, widget };
  }

  async function start(box, { model, widget }) {
    await widget.render({ model, el: box.querySelector(".view") });
    box.classList.add("ready"); // the still picture makes room
    if (box.getBoundingClientRect().top > innerHeight) box.classList.add("fits"); // nobody sees it shrink
    box.model = model;
  }

  // A host's policy or an old browser may stop a widget; the others go on.
  function giveUp(box, error) {
    console.warn(error);
    box.classList.add("failed");
    box.querySelector(".view").remove();
    const words = document.createElement("p");
    Object.assign(words, { className: "note", textContent: "This browser could not start the widget; the picture shows what it does." });
    box.append(words);
  }

  course.live = async ({ name, model, modules, blobs }) => {
    for (const [key, text] of Object.entries(blobs)) runs[key] = decode(text);
    Object.assign(sources, modules);
    const boxes = [...document.querySelectorAll(`.live[data-model="${name}"]`)];
    const opened = open(model);
    for (const box of boxes) await opened.then((each) => start(box, each)).catch((error) => giveUp(box, error));
    if (!document.querySelector(".live:not(.ready, .failed)")) document.documentElement.dataset.live = "ready";
  };
}
