"""Lesson 00 as a reader meets it: run in a real JupyterLab, moved by mouse, keyboard and pen."""

import json
import shutil
from pathlib import Path

import nbformat
import numpy as np
import pytest
from lab import jupyter_lab, open_and_run

ROOT = Path(__file__).parents[2]
TELL = """\
import json
import numpy as np

def tell(_):
    told = {}
    for name, widget in {"explorer": explorer, "pad": pad}.items():
        z = np.array([widget.z], np.float32)
        told[name] = [z[0].tolist(), sixteen.inverse_transform(z)[0].tolist()]
    Path("draft.json").write_text(json.dumps(told))
    Path("draft.json").replace("told.json")

for widget in (explorer, pad):
    widget.observe(tell, "z")
tell(None)

def tell_trained(_):
    model, x, y = playground.model(), x_train[4000:], y_train[4000:]
    codes = model.transform(x)
    nearest = torch.cdist(codes, codes).topk(11, largest=False).indices[:, 1:]
    alike = (y[nearest] == y[:, None]).float().mean(dim=1)
    told = {
        "error": float(aelib.squared_error(model.inverse_transform(codes), x)),
        "alike": [float(alike[y == digit].mean()) for digit in range(10)],
        "steps": len(playground.history().steps),
        "reached": playground.reached,
    }
    Path("draft_trained.json").write_text(json.dumps(told))
    Path("draft_trained.json").replace("trained.json")

playground.observe(tell_trained, "_trained")
"""
READ = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, 28, 28);
  return Array.from({ length: 784 }, (_, i) => 1 - data[4 * i] / 255);
}"""


@pytest.fixture(scope="module")
def lesson(browser, tmp_path_factory):
    """The page of the lesson after Run All, and the file in which Python tells what it knows."""
    folder = tmp_path_factory.mktemp("course") / "notebooks"
    folder.mkdir()
    shutil.copytree(ROOT / "data" / "decoders", folder.parent / "data" / "decoders")
    notebook = nbformat.read(ROOT / "notebooks" / "00_start_here.ipynb", as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(TELL))
    nbformat.write(notebook, folder / "00_start_here.ipynb")
    with jupyter_lab(folder) as url:
        page = browser.new_page(viewport={"width": 1300, "height": 1000})
        page.set_default_timeout(60_000)
        open_and_run(page, url, "00_start_here.ipynb")
        page.locator(".aelib-widget").nth(2).wait_for()
        path = folder / "told.json"
        wait_until(page, path.exists)
        path.unlink()
        yield page, path
        page.close()


def wait_until(page, true, seconds=60):
    for _ in range(2 * seconds):
        if true():
            return
        page.wait_for_timeout(500)
    raise TimeoutError("Python did not hear of it")


def steady_box(page, locator):
    """Where it stands once the page has stopped moving, as it does after Run All."""
    box = None
    for _ in range(40):
        locator.scroll_into_view_if_needed()
        page.wait_for_timeout(500)
        before, box = box, locator.bounding_box()
        if box and box == before:
            return box
    raise TimeoutError("The page does not come to rest")


def told(page, path, name):
    """z and PyTorch's picture of it, once Python has heard of the last move."""
    wait_until(page, path.exists)
    page.wait_for_timeout(1500)  # more of the same drag may be on its way
    values = json.loads(path.read_text())[name]
    path.unlink()
    return (np.array(value) for value in values)


def test_sliders_and_pad_show_what_pytorch_decodes(lesson):
    page, path = lesson
    explorer, pad = page.locator(".aelib-widget").nth(1), page.locator(".aelib-widget").nth(2)

    slider = explorer.get_by_role("slider").first
    box = steady_box(page, slider)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2, steps=10)
    page.mouse.up()
    dragged, picture = told(page, path, "explorer")
    shown = np.array(explorer.locator("canvas").nth(1).evaluate(READ))
    assert np.abs(shown - picture).max() < 0.5 / 255 + 1.1e-3

    slider.focus()
    page.keyboard.press("ArrowLeft")
    moved, picture = told(page, path, "explorer")
    assert np.count_nonzero(np.abs(moved - dragged) > 1e-6) == 1
    assert (moved - dragged).sum() < 0
    shown = np.array(explorer.locator("canvas").nth(1).evaluate(READ))
    assert np.abs(shown - picture).max() < 0.5 / 255 + 1.1e-3

    canvas = pad.locator("canvas").first
    box = steady_box(page, canvas)
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.8 * box["height"], steps=12)
    page.mouse.up()
    _, picture = told(page, path, "pad")
    shown = np.array(pad.locator("canvas").nth(2).evaluate(READ))
    assert np.abs(shown - picture).max() < 0.5 / 255 + 1.1e-3
    column = shown.reshape(28, 28).sum(axis=0)
    assert column[11:17].sum() > 0.8 * column.sum()  # it read the stroke as an upright 1


def test_a_network_is_trained_there_and_its_map_is_as_the_lesson_says(lesson):
    page, path = lesson
    playground = page.get_by_role("group", name="Training playground")
    playground.scroll_into_view_if_needed()
    playground.locator(".figures", has_text="PCA with 2").wait_for()
    playground.get_by_role("button", name="Start", exact=True).click()
    line = playground.locator(".figures", has_text="The passes are over.")
    line.wait_for()
    trained = path.with_name("trained.json")
    wait_until(page, trained.exists)
    told = json.loads(trained.read_text())
    assert told["steps"] == 1260
    assert f"squared error {told['error']:.2f}" in line.inner_text()
    assert "better than PCA with 2 numbers" in line.inner_text()
    assert told["reached"] == ["two"]
    zero, one, *others = told["alike"]
    assert (round(zero, 1), round(one, 1)) == (0.8, 0.9)
    assert max(others) < 0.45
