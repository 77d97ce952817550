// Widgets without a kernel: a stand-in for the notebook's half of each, driven by the page's data.
// Each script in live/ brings one model, with the parts of ES modules and the bytes that no script
// before it brought, and calls course.live: a widget starts when its own script is there.
{
  const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";
  const DIGITS = Uint8Array.from({ length: 128 }, (_, code) => LETTERS.indexOf(String.fromCharCode(code)));

  // Base 85, as Python's b85encode writes it: five letters for four bytes, fewer at the end.
  function decode(text) {
    const whole = new DataView(new ArrayBuffer(4 * Math.ceil(text.length / 5)));
    for (let at = 0; at < text.length; at += 5) {
      let number = 0;
      for (let i = at; i < at + 5; i++) number = 85 * number + (i < text.length ? DIGITS[text.charCodeAt(i)] : 84);
      whole.setUint32((4 * at) / 5, number);
    }
    return new Uint8Array(whole.buffer, 0, Math.floor((4 * text.length) / 5));
  }

  // Bytes that the build may have deflated, in planes: the first bytes of all numbers, then the second ones.
  async function unpack([planes, text]) {
    const sent = decode(text);
    if (!planes) return sent;
    const stream = new Blob([sent]).stream().pipeThrough(new DecompressionStream("deflate"));
    const laid = new Uint8Array(await new Response(stream).arrayBuffer());
    const [whole, size] = [new Uint8Array(laid.length), laid.length / planes];
    for (let plane = 0; plane < planes; plane++) for (let i = 0; i < size; i++) whole[i * planes + plane] = laid[plane * size + i];
    return whole;
  }

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

  const runs = {}; // promises of bytes by key
  const sources = {}; // parts of ES modules by name
  const loaded = {};

  async function open({ module, state, bytes }) {
    for (const [name, keys] of Object.entries(bytes)) state[name] = join(await Promise.all(keys.map((key) => runs[key])));
    const model = standIn(state);
    const widget = await (loaded[module] ??= load(module.map((part) => sources[part]).join("\n")));
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

  const read = async (about) => (Array.isArray(about) ? JSON.parse(new TextDecoder().decode(await unpack(about))) : about);
  let before = null; // the script before has told its parts

  course.live = async ({ name, about, blobs }) => {
    for (const [key, sent] of Object.entries(blobs)) (runs[key] = unpack(sent)).catch(() => {}); // told where it is waited for
    const told = Promise.all([read(about), before]).then(([{ model, modules }]) => (Object.assign(sources, modules), model));
    before = told.catch(() => {});
    const boxes = [...document.querySelectorAll(`.live[data-model="${name}"]`)];
    const opened = told.then(open);
    for (const box of boxes) await opened.then((each) => start(box, each)).catch((error) => giveUp(box, error));
    if (!document.querySelector(".live:not(.ready, .failed)")) document.documentElement.dataset.live = "ready";
  };
}
