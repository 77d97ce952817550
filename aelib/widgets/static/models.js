// A widget's models: decoders here, in a worker or in the kernel, and encoders.
import { compile } from "../../engine/engine.js";
import { bytes, floats } from "./state.js";

const SLOW = 4; // milliseconds: what takes longer, time after time, would hold up the page
const PATIENCE = 5000;

// Each model as decode(z) and encode(x, then); show(i, pixels) is called when a picture is there, and
// then(z) when the first model has a code.
export function openModels(model, show, say) {
  const weights = bytes(model.get("_weights"));
  const complain = (words) => say(() => words);
  const load = (net) => net && compile(net.program, net.numbers ?? weights.subarray(net.begin, net.end));
  const opened = model.get("_models").map(({ decoder, encoder }, i) => {
    const run = load(decoder);
    const paint = (pixels) => show(i, pixels);
    return { run, ...(run ? here(run, paint) : inKernel(model, i, "z", paint, complain)) };
  });
  const encode = load(model.get("_models")[0].encoder);
  let [asked, then] = [null, null];
  return {
    decode: (z, codeFor = () => z) => opened.forEach((each, i) => each.decode(codeFor(i))),
    encode(x, found) {
      if (encode) return found(encode(x));
      then = found;
      asked ??= inKernel(model, 0, "x", (z) => then(z), complain);
      return asked.decode(x);
    },
    run: (i) => opened[i].run, // null where the kernel decodes
    close: () => [...opened, asked].forEach((each) => each?.close()),
  };
}

// Models of which one picture is shown, as they answered last: `latest`, painted and put into words.
export function openPainted(model, picture, say, describe) {
  const paint = (_, pixels) => {
    opened.latest = pixels;
    picture.paint(pixels);
    say(describe);
  };
  const opened = { ...openModels(model, paint, say), latest: new Float32Array(0) };
  return opened;
}

// A render that begins anew when the models were trained further and sent again: a view that is on
// the page already must not go on with the old ones.
export function renewed(render) {
  return async ({ model, el }) => {
    let close = await render({ model, el });
    let [timer, latest] = [0, Promise.resolve()];
    const begin = async () => {
      el.style.minHeight = `${el.offsetHeight}px`; // what stands below stays there meanwhile
      close();
      el.replaceChildren();
      close = await render({ model, el });
      el.style.minHeight = "";
    };
    const heard = () => {
      clearTimeout(timer); // programs and weights come together
      timer = setTimeout(() => (latest = latest.then(begin)));
    };
    const events = "change:_models change:_weights";
    model.on(events, heard);
    return () => {
      clearTimeout(timer);
      model.off(events, heard);
      latest.then(() => close());
    };
  };
}

// One question at a time, then the newest; older ones are dropped. ask(z) is a promise.
function newestOnly(ask) {
  let [busy, waiting] = [false, null];
  const go = async (z) => {
    busy = true;
    try {
      await ask(z);
    } finally {
      busy = false;
      const next = waiting;
      waiting = null;
      if (next) go(next);
    }
  };
  return (z) => {
    if (busy) waiting = z.slice();
    else go(z);
  };
}

// A decoder in the page; a slow one goes on in a worker, where there can be one.
function here(run, paint) {
  let [slow, worker, closed] = [0, null, false];
  const ask = newestOnly(async (z) => {
    const pixels = await worker.run(z);
    if (!closed) paint(pixels);
  });
  const decode = (z) => {
    if (worker) return ask(z);
    const begin = performance.now();
    const pixels = run(z);
    slow = performance.now() - begin > SLOW ? slow + 1 : 0;
    if (slow === 3) run.away()?.then(moved);
    return paint(pixels);
  };
  const moved = (made) => {
    if (closed) made?.close();
    else worker = made;
  };
  const close = () => {
    closed = true;
    worker?.close();
  };
  return { decode, close };
}

// A decoder (what: "z") or an encoder (what: "x") that only Python can run.
function inKernel(model, index, what, show, complain) {
  const view = Math.random().toString(36);
  let [id, timer, answered] = [0, 0, null];
  const ask = (z) =>
    new Promise((resolve) => {
      answered = resolve;
      timer = setTimeout(() => {
        complain("Python does not answer: run the cell again, with a kernel.");
        resolve();
      }, PATIENCE);
      try {
        model.send({ model: index, view, id: ++id, [what]: Array.from(z) });
      } catch {
        // The kernel was shut down, its channel is closed: nobody will answer.
      }
    });
  const heard = (message, buffers) => {
    if (message.view !== view || message.id !== id) return;
    clearTimeout(timer);
    if (message.error) complain(message.error);
    else show(floats(buffers[0]));
    answered();
  };
  model.on("msg:custom", heard);
  return { decode: newestOnly(ask), close: () => (clearTimeout(timer), model.off("msg:custom", heard)) };
}
