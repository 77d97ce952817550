"""How many digits a second the page's trainer learns from, in Node, beside its rivals in one run.

    python tests/benchmarks/training.py [--tfjs]

784-128-16-128-784, SiLU, cross-entropy, batches of 64, learning rate 0.005: 10,000 digits, 3
passes, and 2,000 digits, 10 passes, in WebAssembly, and 1,000 digits once in plain JavaScript;
`fit` trains the same network on the same digits as often, with two seeds. With --tfjs also
TensorFlow.js in WebAssembly, which npm fetches: the same network and loss, 20 batches. CPU seconds
of one thread; the error is that of 2,000 held-out digits.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

import aelib
from aelib.widgets.base import module

TFJS = "4.22.0"
IN_NODE = """
import { existsSync, readFileSync } from "node:fs";
import { trainingKernels } from "./memory.mjs";
import { openTrainer } from "./trainer.mjs";
const [all, test] = ["train", "test"].map((name) => new Uint8Array(readFileSync(name)));
const network = { latent: 16, hidden: [128], bend: "silu", loss: "nats", variational: false };
const rest = { batch: 64, rate: 5e-3, noise: 0, kl: 0, l1: 0, seed: 0 };
const rates = {};

const tell = (words, more) =>
  console.log(`${words}: ${Math.round(rates[words])} digits a second, ${more}`);

function spent(action) {
  const before = process.cpuUsage();
  action();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

for (const [words, kernels, n, passes] of [
  ["WebAssembly", trainingKernels(), 10000, 3],
  ["WebAssembly, 2,000 digits ten times", trainingKernels(), 2000, 10],
  ["plain JavaScript", null, 1000, 1],
]) {
  const train = all.subarray(0, 784 * n);
  const trainer = openTrainer({ ...network, ...rest, passes }, train, test, kernels);
  let [seconds, beaten] = [0, ""];
  for (let step = 0; step < trainer.perPass * passes; step++) {
    seconds += spent(() => trainer.step());
    if (kernels && !beaten && step % 25 === 24 && trainer.evaluate({ n: 2000 }).error < 21.06) {
      beaten = `, below 21.06 after ${seconds.toFixed(2)} s`;
    }
  }
  rates[words] = (n * passes) / seconds;
  const { error } = trainer.evaluate();
  tell(words, `error ${error.toFixed(2)}${beaten}`);
}
if (existsSync("node_modules")) await tensorflow();
for (const rival of Object.keys(rates).slice(2)) {
  const times = (rates.WebAssembly / rates[rival]).toFixed(1);
  console.log(`WebAssembly is ${times} times as fast as ${rival}`);
}

async function tensorflow() {
  const { createRequire } = await import("node:module");
  const require = createRequire(import.meta.url);
  const tf = require("@tensorflow/tfjs");
  require("@tensorflow/tfjs-backend-wasm");
  await tf.setBackend("wasm");
  const sizes = [784, 128, 16, 128, 784];
  const begun = (n, i) => [tf.randomUniform([sizes[i], n], -0.05, 0.05), tf.zeros([n])];
  const layers = sizes.slice(1).map((n, i) => begun(n, i).map((v) => tf.variable(v)));
  const silu = (x) => x.mul(x.sigmoid());
  const bends = [silu, (x) => x, silu, (x) => x.sigmoid()];
  const draw = (x) => layers.reduce((below, [w, b], l) => bends[l](below.matMul(w).add(b)), x);
  const not = (x) => tf.scalar(1).sub(x);
  const optimizer = tf.train.adam(5e-3);
  const step = (i) =>
    tf.tidy(() => {
      const batch = all.subarray(784 * 64 * i, 784 * 64 * (i + 1));
      const pixels = Float32Array.from(batch, (v) => v / 255);
      const x = tf.tensor2d(pixels, [64, 784]);
      const loss = () => {
        const p = draw(x).clipByValue(1e-6, 1 - 1e-6);
        return x.mul(p.log()).add(not(x).mul(not(p).log())).sum().div(-64);
      };
      return optimizer.minimize(loss, true).dataSync()[0];
    });
  step(0); // what loads once
  const seconds = spent(() => Array.from({ length: 20 }, (_, i) => step(i + 1)));
  rates["TensorFlow.js"] = (20 * 64) / seconds;
  tell("TensorFlow.js", `${tf.version.tfjs}, ${tf.getBackend()}`);
}
"""


def main() -> None:
    """Print a line for each way."""
    torch.set_num_threads(1)
    x, _, x_test, _ = aelib.load_mnist(10_000, 2_000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "--tfjs" in sys.argv[1:]:
            packages = [f"@tensorflow/{part}@{TFJS}" for part in ("tfjs", "tfjs-backend-wasm")]
            install = ["npm", "install", "--no-save", "--silent", "--ignore-scripts", *packages]
            subprocess.run(install, cwd=folder, check=True)
        for part in ("trainer", "memory"):
            (folder / f"{part}.mjs").write_text(module(part), encoding="utf-8")
        (folder / "run.mjs").write_text(IN_NODE, encoding="utf-8")
        for part, values in (("train", x), ("test", x_test)):
            levels = np.asarray(values * 255).round().astype(np.uint8)
            (folder / part).write_bytes(levels.tobytes())
        subprocess.run(["node", "run.mjs"], cwd=folder, check=True)
    loss = lambda m, batch: aelib.bernoulli_nll(m(batch), batch)  # noqa: E731
    aelib.fit(aelib.Autoencoder(16, hidden=(128,)), x[:640], loss, epochs=1)  # what loads once
    for n, passes, seed in [(10_000, 3, 0), (10_000, 3, 1), (2_000, 10, 0), (2_000, 10, 1)]:
        aelib.seed_everything(seed)
        model = aelib.start_at_mean(aelib.Autoencoder(16, hidden=(128,)), x[:n])
        started = time.process_time()
        aelib.fit(model, x[:n], loss, epochs=passes, batch_size=64, seed=seed)
        rate = n * passes / (time.process_time() - started)
        with torch.no_grad():
            error = aelib.squared_error(model(x_test), x_test)
        how = f"{n:,} digits {passes} times, seed {seed}"
        print(f"aelib.fit, {how}: {rate:.0f} digits a second, error {error:.2f}")


if __name__ == "__main__":
    main()
