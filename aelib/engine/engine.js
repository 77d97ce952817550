// Runs packed programs: typed arrays, no DOM, no library. aelib/engine/packing.py writes what this
// file reads. operations.js turns the steps into instructions once; a decode is one walk through
// them, in WebAssembly (kernels.js) or in plain JavaScript (plain.js), with the same numbers.
import { KERNELS } from "./kernels.js";
import { OPERATIONS, plainOf, value } from "./operations.js";
import { plain } from "./plain.js";
import { openPlan } from "./plan.js";

// float16 bytes (Uint8Array, little-endian) -> Float32Array. The bits of a float16, moved, are those
// of a float32 that is 2^112 times smaller; packing.py lets neither NaN nor infinity through.
export function unpack(bytes) {
  const halves = new Uint16Array(bytes.slice().buffer);
  const values = new Float32Array(halves.length);
  const bits = new Int32Array(values.buffer);
  for (let i = 0; i < halves.length; i++) bits[i] = ((halves[i] & 0x8000) << 16) | ((halves[i] & 0x7fff) << 13);
  for (let i = 0; i < values.length; i++) values[i] *= 2 ** 112;
  return values;
}

// Program and weights (its float16 bytes, or the numbers that they stand for) -> f(Float32Array, ...) -> Float32Array.
// f answers with the same array every time: copy it to keep it. f.away() promises the same in a
// worker, or null where there can be none. engine: null for plain JavaScript.
export function compile(program, weights, engine = webAssembly()) {
  const plan = openPlan();
  const numbers = weights instanceof Float32Array ? weights : unpack(weights);
  const { inputs, output } = planned(plan, program, numbers);
  const { begin, end, bytes: size } = plan.place();
  const { buffer, run } = engine ? instance(engine, size) : inPlain(size);
  plan.write(buffer);
  const places = [...inputs, output].map(({ at, size: count }) => [at, count]);
  const slots = places.map(([at, count]) => new Float32Array(buffer, at, count));
  const answer = slots.pop();
  const decode = (...given) => {
    for (let i = 0; i < slots.length; i++) slots[i].set(given[i]);
    run(begin, end);
    return answer;
  };
  decode.away = () => engine && away({ engine, image: buffer.slice(0), begin, end, places });
  return decode;
}

// What runs in a worker: the module and a picture of the memory come first, then one job at a time.
const WORKER = `onmessage = ({ data: { engine, image, begin, end, places } }) => {
  const { memory, run } = new WebAssembly.Instance(engine).exports;
  memory.grow(Math.max(0, Math.ceil((image.byteLength - memory.buffer.byteLength) / 65536)));
  new Uint8Array(memory.buffer).set(new Uint8Array(image));
  const slots = places.map(([at, count]) => new Float32Array(memory.buffer, at, count));
  const answer = slots.pop();
  onmessage = ({ data }) => {
    data.forEach((values, i) => slots[i].set(values));
    run(begin, end);
    postMessage(answer.slice());
  };
  postMessage("ready");
};`;

// A worker from a blob's address, since pages opened as files may start no other.
function away(message) {
  const url = URL.createObjectURL(new Blob([WORKER], { type: "text/javascript" }));
  return new Promise((resolve) => {
    const worker = new Worker(url);
    const heard = (then) => (worker.onmessage = ({ data }) => then(data));
    const run = (...given) =>
      new Promise((answered) => {
        heard(answered);
        worker.postMessage(given);
      });
    worker.onerror = () => resolve(null);
    heard(() => resolve({ run, close: () => worker.terminate() }));
    worker.postMessage(message, [message.image]);
  }).catch(() => null).finally(() => URL.revokeObjectURL(url));
}

// Buffers of the inputs and of the output; the plan gets the instructions between them.
function planned(plan, { inputs, constants, steps, outputs }, numbers) {
  const values = inputs.map((shape) => value(shape, { plain: plan.reserve(shape.reduce((a, b) => a * b, 1)) }));
  const slots = values.map(({ plain: slot }) => slot);
  for (const slot of slots) plan.used(slot, 0);
  for (const [offset, shape, pair] of constants) {
    const size = shape.reduce((a, b) => a * b, 1);
    const content = numbers.slice(offset, offset + size);
    if (pair) for (let i = 0; i < size; i++) content[i] += numbers[offset + size + i];
    values.push(value(shape, { content }));
  }
  for (const step of steps) {
    const operation = OPERATIONS[step.op];
    if (!operation) throw new Error(`The browser does not know the operation ${step.op}.`);
    values.push(operation(plan, step, step.in.map((i) => values[i])));
  }
  const output = plainOf(plan, values[outputs[0]]);
  plan.used(output, Infinity);
  return { inputs: slots, output };
}

function inPlain(bytes) {
  const buffer = new ArrayBuffer((bytes + 3) & ~3);
  return { buffer, run: plain(buffer) };
}

function instance(module, bytes) {
  const { memory, run } = new WebAssembly.Instance(module).exports;
  const more = bytes - memory.buffer.byteLength;
  if (more > 0) memory.grow(Math.ceil(more / 65536));
  return { buffer: memory.buffer, run };
}

// The compiled kernels, or null where this browser or the page's policy refuses them. Some let a
// module compile and refuse to run it: so it is tried.
let compiled;
export function webAssembly() {
  if (compiled === undefined) {
    try {
      const module = new WebAssembly.Module(Uint8Array.from(atob(KERNELS), (c) => c.charCodeAt(0)));
      const plan = openPlan();
      const one = plan.reserve(4);
      plan.emit("fill", one, 4, { real: 1 });
      const { begin, end, bytes } = plan.place();
      const { buffer, run } = instance(module, bytes);
      plan.write(buffer);
      run(begin, end);
      compiled = new Float32Array(buffer, one.at, 4).every((v) => v === 1) ? module : null;
    } catch {
      compiled = null;
    }
  }
  return compiled;
}
