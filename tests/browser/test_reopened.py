"""The next day: what a saved notebook shows when it is opened again.

In JupyterLab; with `-m slow` in Notebook 7 too, where it is installed (pip install notebook).
"""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from lab import jupyter, open_and_run, write_notebook
from test_lab import MAKE

JUPYTER = Path(__file__).parents[2] / "aelib" / "jupyter"
DEAD = "Error displaying widget"


ADDRESS = {
    "jupyterlab": "{url}/lab/workspaces/next/tree/saved.ipynb?reset",
    "notebook": "{url}/notebooks/saved.ipynb",
}
NOTEBOOK_7 = pytest.param(
    "notebook",
    marks=[
        pytest.mark.slow,
        pytest.mark.skipif(not find_spec("notebook"), reason="pip install notebook"),
    ],
)


@pytest.fixture(params=["jupyterlab", NOTEBOOK_7])
def lab(request, browser, tmp_path, monkeypatch):
    """Jupyter as start.py starts it, and a page; a notebook in it was run and saved."""
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(JUPYTER))
    write_notebook(tmp_path / "saved.ipynb", MAKE, "explorer")
    with jupyter(request.param, tmp_path) as url:
        page = browser.new_page(viewport={"width": 1200, "height": 800})
        page.set_default_timeout(60_000)
        address = ADDRESS[request.param].format(url=url)
        open_and_run(page, url, "saved.ipynb", address)
        page.get_by_role("slider", name="z[1]").wait_for()
        page.keyboard.press("Control+s")
        for _ in range(60):
            if "image/png" in (tmp_path / "saved.ipynb").read_text():
                break
            page.wait_for_timeout(500)
        yield page, url, address
        page.close()


def opened(page, address):
    """The saved notebook in a fresh page."""
    page.goto("about:blank")
    page.goto(address)
    page.locator(".jp-Notebook .jp-Cell").nth(1).wait_for()


def kinds_in(path):
    notebook = json.loads(path.read_text())
    return [set(output["data"]) for output in notebook["cells"][1]["outputs"]]


def test_without_a_kernel_the_still_picture_is_shown(lab, tmp_path):
    page, url, address = lab
    for session in page.request.get(f"{url}/api/sessions").json():
        assert page.request.delete(f"{url}/api/sessions/{session['id']}", headers=token(page)).ok
    shows_its_picture(page, address)
    (kinds,) = kinds_in(tmp_path / "saved.ipynb")
    assert "application/vnd.jupyter.widget-view+json" in kinds, "the file stays as it was saved"


def test_after_a_restart_without_a_run_the_still_picture_is_shown(lab):
    page, url, address = lab
    (kernel,) = page.request.get(f"{url}/api/kernels").json()
    restarted = page.request.post(f"{url}/api/kernels/{kernel['id']}/restart", headers=token(page))
    assert restarted.ok
    shows_its_picture(page, address)


def token(page):
    (value,) = (c["value"] for c in page.context.cookies() if c["name"] == "_xsrf")
    return {"X-XSRFToken": value}


def shows_its_picture(page, address):
    """The saved notebook, opened anew, has its still picture where its widget was."""
    opened(page, address)
    picture = page.locator(".jp-OutputArea-output img")
    picture.wait_for()
    page.wait_for_timeout(5000)  # long enough for a kernel to start and a view to fail
    assert picture.evaluate("(image) => image.naturalWidth") > 100
    assert DEAD not in page.locator(".jp-Notebook").inner_text()


def test_with_its_kernel_the_widget_lives_on(lab):
    page, _, address = lab
    opened(page, address)
    slider = page.get_by_role("slider", name="z[1]")
    slider.wait_for()
    slider.focus()
    canvas = page.locator(".aelib-widget canvas").first
    before = canvas.evaluate("(canvas) => canvas.toDataURL()")
    page.keyboard.press("End")
    assert canvas.evaluate("(canvas) => canvas.toDataURL()") != before
    assert DEAD not in page.locator(".jp-Notebook").inner_text()
