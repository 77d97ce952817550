#!/usr/bin/env bash
# Guess:   Notebook 7 is made of JupyterLab's parts, so a slider in an output that keeps its arrow
#          keys to itself (stopPropagation in its keydown listener) works in both.
# Happens: it works in JupyterLab, which listens as keys bubble up. Notebook 7 listens on the
#          document on their way down: the arrow keys are bound for all that has the focus in the
#          notebook, so the slider neither hears nor moves. Lumino's attribute
#          data-lm-suppress-shortcuts helps, on the element with the focus itself; on the box around
#          it, it does not.
# Version: jupyterlab 4.6.6, notebook 7.6.5 (found in the source: the application's bubblingKeydown
#          is off there, and matching begins at the element with the focus). Needs Chromium.
# Course:  ui.js sets the attribute on the window's way down, for keys that are the widget's own.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/fresh.sh"
fresh jupyterlab==4.6.6 notebook==7.6.5 nbformat==5.11.1 ipykernel==7.4.0 playwright==1.65.2

"$python" - << 'PYTHON'
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output

names = ("chromium", "chromium-browser", "google-chrome")
path = next(filter(None, map(shutil.which, names)), None)
if path is None:
    print("no Chromium here: install one (Debian: apt-get install chromium) and run this again")
    sys.exit(77)
from playwright.sync_api import sync_playwright

html = '<p class="box"><input class="own" type="range" min="0" max="10" value="5"></p>'
output = new_output("display_data", data={"text/html": html, "text/plain": "a slider"})
notebook = new_notebook(cells=[new_code_cell("slider", outputs=[output], execution_count=1)])
notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
nbformat.write(notebook, "slider.ipynb")
own = {f"JUPYTER_{name}_DIR": str(Path.cwd() / name) for name in ("CONFIG", "DATA", "RUNTIME")}
environment = os.environ | own
subprocess.run([sys.executable, "-m", "jupyter", "trust", "slider.ipynb"], env=environment, check=True)
KEEP = """([input, marked]) => {
  input.value = 5;
  input.addEventListener("keydown", (event) => event.stopPropagation());
  const element = { nothing: null, box: input.parentElement, slider: input }[marked];
  element?.setAttribute("data-lm-suppress-shortcuts", "");
}"""


def moved(program, place, page, marked):
    """Where the slider stands, from 5, after two arrow keys."""
    page.goto(place)
    slider = page.locator(".jp-OutputArea-output input.own")
    slider.wait_for(timeout=120_000)
    page.wait_for_timeout(6_000)  # until the kernel is there and nothing takes the focus
    page.evaluate(KEEP, [slider.element_handle(), marked])
    slider.focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    print(f"{program}, attribute on {marked}: 5 -> {slider.input_value()}", flush=True)
    return int(slider.input_value())


seen = []
flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
for program, address in (("jupyterlab", "lab/tree"), ("notebook", "notebooks")):
    command = [sys.executable, "-m", program, "--no-browser", "--ServerApp.ip=127.0.0.1"]
    command += ["--ServerApp.port=0", "--IdentityProvider.token=", "--allow-root"]
    command += ["--LabApp.news_url="]
    log = Path(f"{program}.log")
    with log.open("w") as stderr:
        server = subprocess.Popen(command, env=environment, stderr=stderr)
    try:
        for _ in range(600):
            found = re.search(r"(http://127\.0\.0\.1:\d+)/(?:lab|tree)", log.read_text())
            if found:
                break
            time.sleep(0.1)
        with sync_playwright() as p:
            page = p.chromium.launch(executable_path=path, args=flags).new_page()
            place = f"{found[1]}/{address}/slider.ipynb"
            cases = ("nothing",) if program == "jupyterlab" else ("nothing", "box", "slider")
            seen += [moved(program, place, page, marked) for marked in cases]
    finally:
        server.terminate()
        server.wait(20)
sys.exit(0 if seen == [7, 5, 5, 7] else 1)
PYTHON
echo "arrow keys move the slider in JupyterLab; in Notebook 7 only with the attribute on itself"
