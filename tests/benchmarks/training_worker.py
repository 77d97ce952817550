"""Whether the trainer is as fast in a browser's worker as in Node, in one run.

    python tests/benchmarks/training_worker.py [rounds]

10,000 digits, 3 passes of 784-128-16-128-784 in batches of 64, the same kernels everywhere, turn by
turn: in Node; in a worker of headless Chromium and of Firefox, where they are installed, all steps
in one go; and there once more in the playground's own worker, with its slices, its reports and what
it measures on 1,000 held-out digits, on a page that draws nothing. On Linux a worker's time is that
of its thread on a core, whatever else the machine does; elsewhere it is the clock's. The best of
the rounds counts.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
from anywhere import CHROMIUM, FIREFOX, anywhere, installed

import aelib
from aelib.widgets.base import module

COUNT, PASSES = 10_000, 3
THREADS = ("DedicatedWorker", "DOM Worker")  # as Chromium and Firefox call them
SETTINGS = """
export const settings = {
  ...{ latent: 16, hidden: [128], bend: "silu", loss: "nats", variational: false, batch: 64 },
  ...{ rate: 5e-3, passes: 3, noise: 0, kl: 0, l1: 0, seed: 0 },
};
"""
IN_NODE = """
import { readFileSync } from "node:fs";
import { trainingKernels } from "./memory.mjs";
import { openTrainer } from "./trainer.mjs";
import { settings } from "./settings.mjs";
const [train, test] = ["train", "test"].map((name) => new Uint8Array(readFileSync(name)));
const trainer = openTrainer(settings, train, test, trainingKernels());
const before = process.cpuUsage();
for (let n = trainer.perPass * settings.passes; n > 0; n--) trainer.step();
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1e6);
"""
ALONE = """
import { trainingKernels } from "/memory.mjs";
import { openTrainer } from "/trainer.mjs";
import { settings } from "/settings.mjs";
onmessage = ({ data: { train, test } }) => {
  const trainer = openTrainer(settings, train, test, trainingKernels());
  for (let n = trainer.perPass * settings.passes; n > 0; n--) trainer.step();
  postMessage({ done: true, error: trainer.evaluate().error });
};
"""
PAGE = """
import { settings } from "/settings.mjs";
const names = ["train", "test", "labels"];
const read = async (name) => new Uint8Array(await (await fetch(`/${name}`)).arrayBuffer());
const [train, test, labels] = await Promise.all(names.map(read));
let worker, begin;
export async function answer(kind) {
  if (kind === "go") return begin();
  worker?.terminate();
  worker = new Worker(`/${kind}.mjs`, { type: "module" });
  const heard = (which) =>
    new Promise((then, fail) => {
      worker.onmessage = ({ data }) => which(data) && then(data);
      worker.onerror = (event) => fail(new Error(event.message));
    });
  let job = { train, test };
  if (kind === "reporting") {
    worker.postMessage({ job: "open", train, test, labels });
    const copies = Array.from({ length: 12 }, (_, i) => i);
    const begun = { run: 1, settings, digits: train.length / 784, copies, calm: false };
    worker.postMessage({ job: "begin", ...begun, weights: null });
    await heard(({ lines }) => lines);
    job = { job: "go", steps: Infinity };
  }
  begin = async () => {
    const begun = performance.now();
    worker.postMessage(job);
    await heard(({ done, going }) => done && !going);
    return (performance.now() - begun) / 1000;
  };
  return null;
}
"""


def descendants() -> set[int]:
    """The processes that this one has started, and those that they have."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has ended meanwhile
            continue
    found = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def clocks() -> dict[str, float]:
    """Seconds that each worker's thread has run on a core; the clock where nobody knows."""
    if not Path("/proc/self/schedstat").exists():
        return {"clock": time.perf_counter()}
    found = {}
    for pid in descendants():
        for task in Path(f"/proc/{pid}/task").glob("*"):
            try:
                if (task / "comm").read_text().startswith(THREADS):
                    nanoseconds = (task / "schedstat").read_text().split()[0]
                    found[task.name] = int(nanoseconds) / 1e9
            except OSError:  # it has ended meanwhile
                continue
    return found


def between(before: dict[str, float], after: dict[str, float]) -> float:
    """Seconds from one look at the clocks to another."""
    return sum(seconds - before.get(name, 0) for name, seconds in after.items())


def in_node(folder: Path) -> float:
    """Its CPU seconds."""
    run = subprocess.run(["node", "run.mjs"], cwd=folder, capture_output=True, check=True)
    return float(run.stdout)


def main() -> None:
    """Print a line for each way."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    x, _, x_test, y_test = aelib.load_mnist(COUNT, 1_000)
    browsers = [command for command in (CHROMIUM, FIREFOX) if installed(command)]
    times = defaultdict(list)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("trainer", "memory"):
            (folder / f"{part}.mjs").write_text(module(part), encoding="utf-8")
        scripts = {"settings": SETTINGS, "run": IN_NODE, "alone": ALONE, "page": PAGE}
        scripts["reporting"] = module("training_worker")
        for part, script in scripts.items():
            (folder / f"{part}.mjs").write_text(script, encoding="utf-8")
        for part, values in (("train", x), ("test", x_test)):
            levels = np.asarray(values * 255).round().astype(np.uint8)
            (folder / part).write_bytes(levels.tobytes())
        classes = np.concatenate(
            [np.zeros(COUNT), np.asarray(y_test)]
        )  # the judge takes what it gets
        (folder / "labels").write_bytes(classes.astype(np.uint8).tobytes())
        for _ in range(rounds):
            times["Node"].append(in_node(folder))
            for command in browsers:
                with anywhere(command, folder, patience=600) as ask:
                    for kind in ("alone", "reporting"):
                        ask(kind)
                        before = clocks()
                        ask("go")
                        name = f"{command.split()[0]}'s worker, {kind}"
                        times[name].append(between(before, clocks()))
    best = {way: COUNT * PASSES / min(seconds) for way, seconds in times.items()}
    for way, rate in best.items():
        print(f"{way}: {rate:,.0f} digits a second, {rate / best['Node']:.2f} of Node's")
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
