"""Whether a page stays awake while its worker trains: gaps between frames, and digits a second.

    python tests/benchmarks/training_frames.py

The playground on a page of its own, 4,000 digits, 784-128-16-128-784, 10 passes, in headless
Chromium and in headless Firefox, where they are installed. A gap is the time between two frames of
requestAnimationFrame; for comparison the page's own frames before it trains.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
from anywhere import CHROMIUM, FIREFOX, anywhere, installed

import aelib
from aelib.widgets import TrainingPlayground
from conftest import HARNESS, state_of

PASSES = 10
WATCH = """
document.body.innerHTML = "<main></main>";
const state = await (await fetch("/state.json")).json();
await window.open_widget(state);
const start = document.querySelector("button.main");
const until = async (condition) => {
  while (!condition()) await new Promise((then) => setTimeout(then, 50));
};
const said = (words) => document.querySelector(".figures").textContent.includes(words);
await until(() => said("PCA with"));

// Times of frames, in milliseconds, until the condition holds.
async function frames(condition) {
  const times = [];
  while (!condition()) times.push(await new Promise(requestAnimationFrame));
  return times;
}
export async function answer(job) {
  if (job === "idle") {
    const end = performance.now() + 2000;
    return { frames: await frames(() => performance.now() > end) };
  }
  start.click();
  const times = await frames(() => said("The passes are over."));
  await until(() => window.model.get("_trained_how").done);
  return { frames: times, seconds: window.model.get("_trained_how").seconds };
}
"""


def summary(times: list[float]) -> str:
    """Frames a second and the longest gaps."""
    gaps = np.diff(times)
    rate = 1000 * len(gaps) / (times[-1] - times[0])
    longest = ", ".join(f"{gap:.0f}" for gap in np.sort(gaps)[::-1][:3])
    over = f"{(gaps > 50).sum()} of {len(gaps)} gaps over 50 ms"
    return f"{rate:.0f} frames a second, {over}, the longest {longest} ms"


def measure(command: str, state: dict[str, Any]) -> None:
    """Open the page in a browser and print how it went."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        script = HARNESS.partition("<script>")[2].rpartition("</script>")[0]
        (folder / "page.mjs").write_text(script + WATCH, encoding="utf-8")
        (folder / "state.json").write_text(json.dumps(state), encoding="utf-8")
        with anywhere(command, folder) as ask:
            idle, trained = ask("idle"), ask("train")
    rate, who = 4_000 * PASSES / trained["seconds"], command.split()[0]
    print(f"{who}, at rest: {summary(idle['frames'])}")
    print(f"{who}, training at {rate:.0f} digits a second: {summary(trained['frames'])}")


def main() -> None:
    """Print two lines for each browser, and what else the machine does."""
    x, y, _, _ = aelib.load_mnist(5_000, 10)
    state = state_of(TrainingPlayground(x, y, passes=PASSES))
    for command in (CHROMIUM, FIREFOX):
        if installed(command):
            measure(command, state)
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
