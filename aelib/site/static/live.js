// Widgets without a kernel: a stand-in for the notebook's half of each, driven by the page's data.
// The scripts in live/ call course.live with models, ES modules, and bytes that models share.
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

  course.live = async ({ models, modules, blobs }) => {
    const runs = Object.fromEntries(Object.entries(blobs).map(([key, text]) => [key, decode(text)]));
    const loaded = Object.fromEntries(Object.entries(modules).map(([name, text]) => [name, load(text)]));
    const ready = {};
    const open = async ({ module, state, bytes }) => {
      for (const [name, keys] of Object.entries(bytes)) state[name] = join(keys.map((key) => runs[key]));
      const model = standIn(state);
      const widget = await loaded[module];
      await widget.initialize?.({ model });
      return { model, widget };
    };
    for (const box of document.querySelectorAll(".live")) {
      const name = box.dataset.model;
      const { model, widget } = await (ready[name] ??= open(models[name]));
      const el = box.querySelector(".view");
      await widget.render({ model, el });
      box.classList.add("ready"); // the still picture makes room
      if (box.getBoundingClientRect().top > innerHeight) box.classList.add("fits"); // nobody sees it shrink
      box.model = model;
    }
    document.documentElement.dataset.live = "ready";
  };
}
