"""The static pages: their weight, first widget alive, largest paint, time of one slider event.

    python tests/benchmarks/pages.py [SITE [BROWSER ...]]

SITE is a folder that `aelib site` has built; without it, the pages are built first. They are
opened from file:// in Chromium, five times each, and three times with the processor slowed six
times. "first" is what must be there before the first widget starts (the page, its styles and
scripts, that widget's own script), "all" the page with all that it loads; in brackets as a host
sends it, compressed.

Each BROWSER is a command as `tests/browser/every_page.py` takes it, such as
"firefox-esr --headless --no-remote --profile {}". It opens each page five times from a server on
this machine, and the middle time until the first widget lives is told.
"""

import re
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
from anywhere import anywhere  # beside the tests, found by the line above
from lab import QUIET, chromium

WATCH = """
new PerformanceObserver((list) => {
  for (const e of list.getEntries()) self.largest = e.startTime;
}).observe({ type: "largest-contentful-paint", buffered: true });
new MutationObserver(() => {
  if (document.querySelector(".live.ready")) self.lives ??= performance.now();
}).observe(document, { attributes: true, subtree: true });
"""
PUSH = """(input) => [...Array(200).keys()].map((i) => {
  input.value = +input.min + (i / 200) * (input.max - input.min);
  const begin = performance.now();
  input.dispatchEvent(new Event("input", { bubbles: true }));
  return performance.now() - begin;
})"""

OPEN = """
export async function answer(address) {
  const frame = document.createElement("iframe");
  Object.assign(frame, { width: 1280, height: 900, src: address });
  const lives = () => frame.contentDocument?.querySelector(".live.ready");
  const begin = performance.now();
  document.body.append(frame);
  while (!lives()) await new Promise((go) => setTimeout(go, 2));
  const took = performance.now() - begin;
  frame.remove();
  return took;
}"""


def weight(path):
    """Kilobytes of text before the first widget starts, and in all: as they are, compressed."""
    html = path.read_text(encoding="utf-8")
    names = re.findall(r'<(?:script|img|link)\b[^>]*?(?:src|href)="([^":#]+)"', html)
    files = [path, *(path.parent / name for name in dict.fromkeys(names))]
    own = [file for file in files if re.search(r"live/.*-\d+\.js$", str(file))]
    pictures = [file for file in files if file.suffix == ".png"]
    first = [file for file in files if file not in own[1:] + pictures]
    return [sum(map(size, chosen)) / 1000 for chosen in (first, files) for size in (raw, sent)]


def raw(file):
    """Bytes of a file."""
    return file.stat().st_size


def sent(file):
    """Bytes of a file as most hosts send it."""
    return len(zlib.compress(file.read_bytes(), 6))


def measure(browser, path):
    """Milliseconds of five openings, and of 200 events of the first slider to be seen."""
    opened, events = [], []
    for _ in range(5):
        page = browser.new_page()
        page.add_init_script(WATCH)
        page.goto(path.as_uri())
        page.wait_for_timeout(1500)
        opened.append(page.evaluate("[self.lives ?? NaN, self.largest ?? NaN]"))
        sliders = [s for s in page.locator(".live input[type=range]").all() if s.is_visible()]
        events += sliders[0].evaluate(PUSH) if sliders else []
        page.close()
    return np.median(opened, axis=0), events


def slowed(browser, path, times=6):
    """Milliseconds until the first widget lives, the middle of three, on a slower processor."""
    opened = []
    for _ in range(3):
        page = browser.new_page()
        page.add_init_script(WATCH)
        slow = page.context.new_cdp_session(page)
        slow.send("Emulation.setCPUThrottlingRate", {"rate": times})
        page.goto(path.as_uri())
        page.locator(".live.ready").first.wait_for()
        opened.append(page.evaluate("self.lives"))
        page.close()
    return np.median(opened)


def lives(path):
    """Whether a page has a widget."""
    return 'class="live"' in path.read_text(encoding="utf-8")


def in_chromium(pages):
    """Print a line for each page."""
    playwright, program = chromium()
    print("page                              first (sent)      all (sent) KB", end="")
    print("   alive  slowed   paint   event median    p95 ms")
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=program, args=QUIET)
        for path in pages:
            (alive, paint), events = measure(browser, path)
            late = slowed(browser, path) if lives(path) else np.nan
            slow = np.quantile(events, [0.5, 0.95]) if events else [np.nan, np.nan]
            first, first_sent, everything, all_sent = weight(path)
            print(f"{path.stem:32}{first:7.0f} ({first_sent:4.0f})", end="")
            print(f"{everything:9.0f} ({all_sent:4.0f})   ", end="")
            print(f"{alive:8.0f}{late:8.0f}{paint:8.0f}{slow[0]:15.2f}{slow[1]:7.2f}", flush=True)
        browser.close()


def in_another(command, pages):
    """Print when the first widget of each page lives in another browser."""
    print(command)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "site").symlink_to(pages[0].parent)
        (folder / "page.mjs").write_text(OPEN)
        with anywhere(command, folder) as ask:
            for path in filter(lives, pages):
                took = np.median([ask(f"/site/{path.name}") for _ in range(5)])
                print(f"{path.stem:32}{took:8.0f}", flush=True)


def main(site, *commands):
    """Print what each page weighs and how fast it lives."""
    pages = sorted(Path(site).resolve().glob("*.html"))
    in_chromium(pages)
    for command in commands:
        in_another(command, pages)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(*sys.argv[1:])
    else:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, "-m", "aelib", "site", "-o", folder], check=True)
            main(folder)
