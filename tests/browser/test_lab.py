"""A widget in a real JupyterLab: stolen keys, z in Python, and what a stored notebook shows."""

import json

import numpy as np
import pytest
from lab import jupyter_lab, open_and_run, write_notebook

MAKE = """\
import numpy as np, torch
from aelib.models import Autoencoder
from aelib.widgets import LatentExplorer
torch.manual_seed(0)
model = Autoencoder(2, hidden=(32,)).eval()
explorer = LatentExplorer(model)
"""
TELL = """\
explorer.observe(lambda _: print_z(), "z")
def print_z():
    with open("z.json", "w") as f:
        f.write(str([explorer.z, model.inverse_transform(np.array([explorer.z]))[0].tolist()]))
"""

LOST = "Python is gone, so nothing that moves here reaches it"
TRAIN = """\
import time
from aelib.widgets import TrainingMonitor
monitor = TrainingMonitor(5)
display(monitor)
for step in range(100_000):
    monitor.step(step / 1000, 1.0)
    time.sleep(0.01)
"""


@pytest.fixture
def lab_page(browser, tmp_path):
    with jupyter_lab(tmp_path) as url:
        page = browser.new_page(viewport={"width": 1200, "height": 800})
        page.set_default_timeout(60_000)
        yield page, url
        page.close()


def test_keys_reach_the_slider_and_python_reads_what_is_shown(lab_page, tmp_path):
    page, url = lab_page
    write_notebook(tmp_path / "try.ipynb", MAKE, TELL, "explorer")
    open_and_run(page, url, "try.ipynb")
    slider = page.get_by_role("slider", name="z[1]")
    slider.wait_for()
    slider.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    for key in "xdd":  # cut a cell, delete a cell: not while a slider has the focus
        page.keyboard.press(key)
    page.wait_for_timeout(1500)
    assert page.locator(".jp-Notebook .jp-Cell").count() == 3
    z, picture = json.loads((tmp_path / "z.json").read_text())
    assert z == pytest.approx([0, 0.6], abs=1e-4)
    read = """(canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, 28, 28);
      return Array.from({ length: 784 }, (_, i) => 1 - data[4 * i] / 255);
    }"""
    shown = np.array(page.locator(".aelib-widget canvas").first.evaluate(read))
    assert np.abs(shown - picture).max() < 0.5 / 255 + 1.1e-3


def test_a_widget_outlives_a_kernel_restart_in_the_middle_of_a_drag(lab_page, tmp_path):
    page, url = lab_page
    write_notebook(tmp_path / "again.ipynb", MAKE, "explorer")
    open_and_run(page, url, "again.ipynb")
    slider = page.get_by_role("slider", name="z[1]")
    slider.wait_for()
    trouble = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    canvas = page.locator(".aelib-widget canvas").first
    picture = "(canvas) => canvas.toDataURL()"

    def drag():
        box = slider.bounding_box()
        middle = box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + box["width"] / 2, middle)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.9, middle, steps=10)

    drag()
    kernel = page.request.get(f"{url}/api/kernels").json()[0]["id"]
    (xsrf,) = (c["value"] for c in page.context.cookies() if c["name"] == "_xsrf")
    restarted = page.request.post(
        f"{url}/api/kernels/{kernel}/restart", headers={"X-XSRFToken": xsrf}
    )
    assert restarted.ok
    before = canvas.evaluate(picture)
    page.mouse.move(0, 0, steps=10)  # still held
    page.mouse.up()
    assert canvas.evaluate(picture) != before, "the browser decodes, with or without a kernel"
    page.wait_for_timeout(1000)
    assert trouble == []
    page.locator(".aelib-widget").evaluate("(old) => old.setAttribute('data-old', '')")
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.locator(".aelib-widget:not([data-old])").wait_for()
    before = canvas.evaluate(picture)
    drag()
    page.mouse.up()
    assert canvas.evaluate(picture) != before


def test_what_came_out_of_a_guess_is_folded_until_its_cell_is_run(lab_page, tmp_path):
    """As tests/notebooks/refresh.py leaves it in a committed lesson."""
    page, url = lab_page
    path = tmp_path / "guess.ipynb"
    write_notebook(path, "import aelib", 'aelib.predict("error", None, 21)')
    notebook = json.loads(path.read_text())
    verdict = notebook["cells"][1]
    asked, said = "error: you made no guess.", "It is 21."
    text = f"{asked}\n{said}\n"
    verdict["outputs"] = [{"output_type": "stream", "name": "stdout", "text": text}]
    verdict["metadata"] = {"jupyter": {"outputs_hidden": True}}
    path.write_text(json.dumps(notebook))
    page.goto(f"{url}/lab/workspaces/look/tree/guess.ipynb")
    shown, fold = page.get_by_text(said), page.locator(".jp-OutputPlaceholder")
    fold.wait_for()
    assert not shown.is_visible()
    fold.click()
    shown.wait_for()
    open_and_run(page, url, "guess.ipynb")
    shown.wait_for()
    assert not fold.is_visible()


@pytest.mark.parametrize("way", ["restart", "shutdown"])
def test_a_widget_says_when_python_is_gone(way, lab_page, tmp_path):
    page, url = lab_page
    write_notebook(tmp_path / "gone.ipynb", MAKE, "explorer", TRAIN)
    open_and_run(page, url, "gone.ipynb")
    slider, widget = page.get_by_role("slider", name="z[1]"), page.locator(".aelib-widget")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.get_by_text("s left").wait_for()
    assert LOST not in widget.inner_text()
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.locator(f"[data-command='kernelmenu:{way}']").click()
    if way == "restart":
        page.locator(".jp-Dialog .jp-mod-accept").click()
    page.locator(".aelib-monitor").get_by_text("Python is gone, and this training").first.wait_for()
    slider.focus()
    page.keyboard.press("ArrowRight")
    widget.get_by_text(LOST).wait_for()
