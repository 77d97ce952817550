"""The sliders in Jupyter Notebook 7 and in marimo, where these are installed (`-m slow`).

pip install notebook marimo
"""

import json
import re
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from importlib.util import find_spec

import numpy as np
import pytest
from lab import jupyter, open_and_run, write_notebook

pytestmark = pytest.mark.slow

CODE = """\
import json, torch
from pathlib import Path
from aelib.models import Autoencoder
from aelib.widgets import LatentExplorer
torch.manual_seed(0)
model = Autoencoder(2, hidden=(32,)).eval()
explorer = LatentExplorer(model)
with torch.no_grad():
    picture = model.decode(torch.tensor([[0, 0.6]]))[0]
_ = Path("told.json").write_text(json.dumps([explorer.where, picture.tolist()]))
"""
MARIMO = """\
import marimo
app = marimo.App()

@app.cell
def _():
{}
    explorer
    return

if __name__ == "__main__":
    app.run()
"""
COUNTED = """
  window.instances = 0;
  WebAssembly.Instance = class extends WebAssembly.Instance {
    constructor(...given) { super(...given); window.instances++; }
  };
"""
READ = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, 28, 28);
  return Array.from({ length: 784 }, (_, i) => 1 - data[4 * i] / 255);
}"""


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport={"width": 1200, "height": 800})
    page.set_default_timeout(60_000)
    page.add_init_script(COUNTED)
    yield page
    page.close()


def follows_the_slider(page, folder):
    """Ten steps to the right, and the picture is the decoder's, drawn by WebAssembly."""
    slider = page.get_by_role("slider", name="z[1]")
    slider.wait_for()
    page.wait_for_timeout(1000)  # the page may still take the focus
    slider.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    assert float(slider.input_value()) == pytest.approx(0.6)
    where, picture = json.loads((folder / "told.json").read_text())
    assert where == "browser"
    assert page.locator(".where").count() == 0
    shown = np.array(page.locator(".aelib-widget canvas").first.evaluate(READ))
    assert np.ptp(shown) > 0
    assert np.abs(shown - picture).max() < 0.5 / 255 + 1.1e-3
    assert page.evaluate("instances") >= 2  # one to try, and the decoder's


@pytest.mark.skipif(not find_spec("notebook"), reason="pip install notebook")
def test_in_notebook_7(page, tmp_path):
    write_notebook(tmp_path / "try.ipynb", CODE, "explorer")
    with jupyter("notebook", tmp_path) as url:
        open_and_run(page, url, "try.ipynb", f"{url}/notebooks/try.ipynb")
        follows_the_slider(page, tmp_path)


@contextmanager
def marimo(folder):
    """A running app of `try.py`; its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "marimo", "run", "try.py", "--headless", "--no-token"]
    command += [f"--port={port}"]
    with subprocess.Popen(command, cwd=folder) as server:
        for _ in range(300):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


@pytest.mark.skipif(not find_spec("marimo"), reason="pip install marimo")
def test_in_marimo(page, tmp_path):
    indented = re.sub("^", "    ", CODE.rstrip(), flags=re.M)
    (tmp_path / "try.py").write_text(MARIMO.format(indented))
    with marimo(tmp_path) as url:
        page.goto(url)
        follows_the_slider(page, tmp_path)
