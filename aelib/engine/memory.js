// Memory for kernels: numbers and bytes side by side, each on a multiple of 16 bytes; and whether the
// training kernels run here.
import { plainTraining } from "./plain_training.js";
import { TRAINING_KERNELS } from "./training_kernels.js";

const FREE = 1024; // bytes that stay free
const LOGISTIC = 4;

export const padded = (n, to) => Math.ceil(n / to) * to;

// The compiled kernels, or null where this browser or the page's policy refuses them.
let compiled;
export function trainingKernels() {
  if (compiled !== undefined) return compiled;
  try {
    const module = new WebAssembly.Module(Uint8Array.from(atob(TRAINING_KERNELS), (c) => c.charCodeAt(0)));
    const { memory, bend } = new WebAssembly.Instance(module).exports; // some compile and refuse to run
    memory.grow(1);
    bend(LOGISTIC, FREE, FREE, 4);
    compiled = new Float32Array(memory.buffer, FREE, 1)[0] === 0.5 ? module : null;
  } catch {
    compiled = null;
  }
  return compiled;
}

// Reserve first, then open: the buffer, and the kernels on it.
export function openMemory(module) {
  let top = FREE;
  const bytes = (n) => {
    const at = top;
    top = padded(top + n, 16);
    return at;
  };
  const open = () => {
    if (!module) {
      const buffer = new ArrayBuffer(top);
      return { buffer, kernels: plainTraining(buffer) };
    }
    const { memory, ...kernels } = new WebAssembly.Instance(module).exports;
    memory.grow(Math.max(0, Math.ceil((top - memory.buffer.byteLength) / 65536)));
    return { buffer: memory.buffer, kernels };
  };
  return { numbers: (n) => bytes(4 * n), bytes, open };
}
