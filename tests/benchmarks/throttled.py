"""The noise explorer of lesson 05 under a hand, on this processor and on one six times slower.

    python tests/benchmarks/throttled.py

180 events of the strength slider, 60 in a second, each of which spoils a picture and sends it
through the U-Net. Told are the fastest and the median handler, and how many events were painted
before the next one came. Chromium slows itself down; the best of five runs is what the processor
can do, the others tell of what else it was doing.
"""

import os
import sys
from pathlib import Path
from typing import Any

import aelib
from aelib.widgets import NoiseExplorer

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
from lab import QUIET, chromium

from conftest import HARNESS, state_of

ROOT = Path(__file__).parents[2]
RUNS = 5
DRAG = """async () => {
  const slider = document.querySelector("input[aria-label=strength]");
  const move = (i) => {
    slider.value = (i % 100) / 100;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  };
  for (let i = 0; i < 60; i++) move(i); // the machine code is ready after this
  await new Promise((done) => setTimeout(done, 500));
  let [moved, shown, painted] = [0, 0, 0];
  const frame = () => {
    painted += shown !== moved;
    shown = moved;
    if (moved < 180) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  const handlers = [];
  const begin = performance.now();
  const due = () => begin + (moved * 1000) / 60;
  while (moved < 180) {
    const now = performance.now();
    if (now >= due()) {
      move(moved++);
      handlers.push(performance.now() - now);
    }
    await new Promise((done) => setTimeout(done, Math.max(0, due() - performance.now())));
  }
  handlers.sort((a, b) => a - b);
  return { painted, fastest: handlers[0], median: handlers[90] };
}"""


def drag(browser: Any, widget: NoiseExplorer, slower: int) -> dict[str, float]:
    """One run on a fresh page, the processor slowed down so many times."""
    page = browser.new_page(viewport={"width": 1000, "height": 800})
    page.set_content(HARNESS)
    page.evaluate("(state) => open_widget(state)", state_of(widget))
    page.wait_for_timeout(300)
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    found = page.evaluate(DRAG)
    page.close()
    return found


def main() -> None:
    """Print a line for each speed of the processor."""
    x, y = aelib.load_mnist(10, 40)[2:]
    model = aelib.load(ROOT / "data" / "decoders" / "denoiser.safetensors").float()
    widget = NoiseExplorer(model, x, y, strength=0.5)
    print(f"decoded by the {widget.where}; load {os.getloadavg()[0]:.1f}")
    playwright, path = chromium()
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=path, args=QUIET)
        for slower in (1, 6):
            runs = [drag(browser, widget, slower) for _ in range(RUNS)]
            painted = ", ".join(str(run["painted"]) for run in runs)
            fastest = min(run["fastest"] for run in runs)
            median = min(run["median"] for run in runs)
            print(
                f"{slower} times slower: painted {painted} of 180; handler {fastest:.2f} ms, "
                f"median of the best run {median:.2f} ms",
                flush=True,
            )
        browser.close()


if __name__ == "__main__":
    main()
