"""How fast a slider moves a picture: LatentExplorer beside `interact` + matplotlib, in one run.

    python tests/benchmarks/slider_latency.py [out.json]

Both live in a real JupyterLab and drive the same decoder. A mouse drags one of sixteen sliders to
the right and back at 60 Hz. The picture's first pixel is the slider's value, read after every
frame, so each position is matched to the first frame that shows it or a later one. `from input`
counts from the mouse event's own time stamp, `from handler` from when the page got it: Chromium
holds mouse moves until the next frame, up to 16.7 ms.
"""

import json
import os
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
from lab import QUIET, chromium, jupyter_lab, open_and_run, write_notebook

MOVES = 113  # in each direction
MODEL = """\
import numpy as np, torch
from torch import nn
torch.manual_seed(0); torch.set_num_threads(1)
decoder = nn.Sequential(nn.Linear(16, 400), nn.ReLU(), nn.Linear(400, 784)).eval()
with torch.no_grad():
    decoder[0].weight[0] = 0; decoder[0].weight[0, 0] = 1; decoder[0].bias[0] = 3
    decoder[2].weight[0] = 0; decoder[2].weight[0, 0] = 1 / 6; decoder[2].bias[0] = 0
"""
EXPLORER = """\
from aelib.widgets import LatentExplorer
LatentExplorer(decoder, latent_dim=16)
"""
BASELINE = """\
%config InlineBackend.print_figure_kwargs = {"bbox_inches": None}
import matplotlib.pyplot as plt
from ipywidgets import FloatSlider, interact
@interact(**{f"z{i}": FloatSlider(min=-3, max=3, step=0.01) for i in range(16)})
def draw(**z):
    with torch.no_grad():
        picture = decoder(torch.tensor([list(z.values())]))
    figure = plt.figure(figsize=(2.8, 2.8))
    ax = figure.add_axes((0, 0, 1, 1))
    ax.imshow(picture.reshape(28, 28), cmap="gray_r", vmin=0, vmax=1)
    ax.axis("off")
    plt.show()
"""
WATCH = """
(kind) => {
  const log = (window.log = { events: [], frames: [] });
  let stamp = 0, entered = 0, last = null;
  const tag = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const level = (value) => Math.round(255 * (value + 3) / 6);
  const note = (value) => {
    if (value === last) return;
    last = value;
    log.events.push({ stamp, entered, level: level(value) });
  };
  addEventListener("mousemove", (e) => { stamp = e.timeStamp; entered = performance.now(); }, true);
  let read;
  if (kind === "explorer") {
    addEventListener("input", (e) => note(+e.target.value), true);
    const canvas = document.querySelector(".aelib-widget canvas").getContext("2d");
    read = () => 255 - canvas.getImageData(0, 0, 1, 1).data[0];
  } else {
    const handle = document.querySelector(".noUi-handle");
    addEventListener("mousemove", () => note(+handle.getAttribute("aria-valuenow")));
    read = () => {
      const image = document.querySelector(".jp-OutputArea-output img");
      if (!image?.complete || !image.naturalWidth) return null;
      tag.drawImage(image, 2, 2, 1, 1, 0, 0, 1, 1);
      return 255 - tag.getImageData(0, 0, 1, 1).data[0];
    };
  }
  const channel = new MessageChannel(); // runs after the frame's own work
  channel.port1.onmessage = () => log.frames.push([performance.now(), read()]);
  const frame = () => { channel.port2.postMessage(0); requestAnimationFrame(frame); };
  frame();
}
"""


def drag(page, kind, handle, track, reach):
    """Take the handle to the left end; then, watched, to the right and back at 60 Hz."""
    y = handle["y"] + handle["height"] / 2
    left, right = track["x"] + reach, track["x"] + track["width"] - reach
    places = [*np.linspace(left, right, MOVES), *np.linspace(right, left, MOVES)]
    page.mouse.move(handle["x"] + handle["width"] / 2, y)
    page.mouse.down()
    page.mouse.move(left, y, steps=5)
    page.wait_for_timeout(1500)
    page.evaluate(WATCH, kind)
    begin = time.perf_counter()
    for i, x in enumerate(places):
        time.sleep(max(0, begin + i / 60 - time.perf_counter()))
        page.mouse.move(x, y)
    seconds = time.perf_counter() - begin
    page.wait_for_timeout(1000)
    page.mouse.up()
    return seconds


def summary(log, seconds):
    """Match each position to the first frame that shows it or a later one."""
    events, frames = log["events"], [f for f in log["frames"] if f[1] is not None]
    levels = np.array([e["level"] for e in events])
    waits, painted = [], 0
    for k, event in enumerate(events):
        later = [f for f in frames if f[0] >= event["entered"]]
        for at, level in later:
            ahead = np.abs(levels[k : k + 40] - level) <= 1
            if ahead.any():
                waits.append((at - event["stamp"], at - event["entered"]))
                break
        until = events[k + 40]["entered"] if k + 40 < len(events) else np.inf
        painted += any(abs(lv - event["level"]) <= 1 for at, lv in later if at < until)
    changes = sum(a[1] != b[1] for a, b in pairwise(frames))
    by_input, by_handler = np.array(waits).T
    return {
        "positions": len(events),
        "painted": painted,
        "pictures a second": round(changes / seconds, 1),
        "from input p50/p95 ms": [round(float(v), 1) for v in np.percentile(by_input, [50, 95])],
        "from handler p50/p95 ms": [
            round(float(v), 1) for v in np.percentile(by_handler, [50, 95])
        ],
    }


def measure(browser, url, kind):
    """Open the notebook of this name, drag, and tell how it went."""
    page = browser.new_page(viewport={"width": 1200, "height": 1000})
    page.set_default_timeout(60_000)
    open_and_run(page, url, f"{kind}.ipynb")
    if kind == "explorer":
        track = page.get_by_role("slider", name="z[0]")
        track.wait_for()
        handle, reach = track.bounding_box(), 8
    else:
        page.locator(".jp-OutputArea-output img").first.wait_for()
        track = page.locator(".noUi-target").first
        handle, reach = page.locator(".noUi-handle").first.bounding_box(), 0
    page.wait_for_timeout(1500)
    seconds = drag(page, kind, handle, track.bounding_box(), reach)
    result = summary(page.evaluate("log"), seconds)
    page.close()
    return result


def main():
    """Measure both and print them as JSON."""
    playwright, path = chromium()
    results = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        playwright.sync_playwright() as p,
        jupyter_lab(Path(folder)) as url,
    ):
        browser = p.chromium.launch(executable_path=path, args=QUIET)
        for kind, cell in (("explorer", EXPLORER), ("interact", BASELINE)):
            write_notebook(Path(folder) / f"{kind}.ipynb", MODEL, cell)
            results[kind] = measure(browser, url, kind)
        browser.close()
    results["load of the machine"] = os.getloadavg()[0]
    text = json.dumps(results, indent=2)
    print(text)
    for out in sys.argv[1:]:
        Path(out).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
