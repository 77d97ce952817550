"""How many digits a second the page's trainer learns from, in Node, beside `aelib.fit`.

    python tests/benchmarks/training.py

784-128-16-128-784, SiLU, cross-entropy, batches of 64: 10,000 digits, 3 passes, in WebAssembly, and
1,000 digits once in plain JavaScript; `fit` trains the same network. CPU seconds of one thread; the
error is that of 2,000 held-out digits.
"""

import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

import aelib
from aelib.widgets.base import module

IN_NODE = """
import { readFileSync } from "node:fs";
import { trainingKernels } from "./memory.mjs";
import { openTrainer } from "./trainer.mjs";
const [all, test] = ["train", "test"].map((name) => new Uint8Array(readFileSync(name)));
const network = { latent: 16, hidden: [128], bend: "silu", loss: "nats", variational: false };
const rest = { batch: 64, rate: 5e-3, noise: 0, kl: 0, l1: 0, seed: 0 };
for (const [words, kernels, n, passes] of [
  ["WebAssembly", trainingKernels(), 10000, 3],
  ["plain JavaScript", null, 1000, 1],
]) {
  const train = all.subarray(0, 784 * n);
  const trainer = openTrainer({ ...network, ...rest, passes }, train, test, kernels);
  let [seconds, beaten] = [0, ""];
  for (let step = 0; step < trainer.perPass * passes; step++) {
    const before = process.cpuUsage();
    trainer.step();
    const { user, system } = process.cpuUsage(before);
    seconds += (user + system) / 1e6;
    if (kernels && !beaten && step % 25 === 24 && trainer.evaluate({ n: 2000 }).error < 21.06) {
      beaten = `, below 21.06 after ${seconds.toFixed(2)} s`;
    }
  }
  const [rate, { error }] = [Math.round((n * passes) / seconds), trainer.evaluate()];
  console.log(`${words}: ${rate} digits a second, error ${error.toFixed(2)}${beaten}`);
}
"""


def main() -> None:
    """Print a line for each way."""
    torch.set_num_threads(1)
    x, _, x_test, _ = aelib.load_mnist(10_000, 2_000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("trainer", "memory"):
            (folder / f"{part}.mjs").write_text(module(part), encoding="utf-8")
        (folder / "run.mjs").write_text(IN_NODE, encoding="utf-8")
        for part, values in (("train", x), ("test", x_test)):
            levels = np.asarray(values * 255).round().astype(np.uint8)
            (folder / part).write_bytes(levels.tobytes())
        subprocess.run(["node", "run.mjs"], cwd=folder, check=True)
    loss = lambda m, batch: aelib.bernoulli_nll(m(batch), batch)  # noqa: E731
    aelib.fit(aelib.Autoencoder(16, hidden=(128,)), x[:640], loss, epochs=1)  # what loads once
    for seed in (0, 1):
        aelib.seed_everything(seed)
        model = aelib.start_at_mean(aelib.Autoencoder(16, hidden=(128,)), x)
        started = time.process_time()
        aelib.fit(model, x, loss, epochs=3, batch_size=64, seed=seed)
        rate = 30_000 / (time.process_time() - started)
        with torch.no_grad():
            error = aelib.squared_error(model(x_test), x_test)
        print(f"aelib.fit, seed {seed}: {rate:.0f} digits a second, error {error:.2f}")


if __name__ == "__main__":
    main()
