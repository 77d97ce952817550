"""A real Chromium, and a page on which a widget lives without a notebook."""

import base64
from pathlib import Path

import numpy as np
import pytest
import torch
from lab import QUIET, chromium

from aelib.models import Autoencoder

HERE = Path(__file__).parent
HARNESS = (HERE / "harness.html").read_text(encoding="utf-8")


def pytest_collection_modifyitems(config, items):
    """A browser's test gets a second chance, and the summary tells: machines have busy moments."""
    if config.pluginmanager.hasplugin("rerunfailures"):
        for item in items:
            if item.path.parent == HERE:
                item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def browser():
    playwright, path = chromium()
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    """A page that fails the test when its scripts do, or when it asks the network for anything."""
    page = browser.new_page(viewport={"width": 1000, "height": 800})
    trouble = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda line: trouble.append(line.text) if line.type == "error" else None)
    page.on(
        "request", lambda r: None if r.url.startswith(("blob:", "data:")) else trouble.append(r.url)
    )
    page.set_content(HARNESS)
    yield page
    page.close()
    assert trouble == []


def state_of(widget):
    """A widget's state as JSON, bytes in base64."""
    state = {k: v for k, v in widget.get_state().items() if k != "layout"}
    return {
        k: {"base64": base64.b64encode(v).decode()} if isinstance(v, bytes) else v
        for k, v in state.items()
    }


@pytest.fixture
def show(page):
    """Put a widget on the page; its questions are answered as a kernel would."""

    def put(widget, views=1):
        def answer(message):
            said = []
            widget.send = lambda reply, buffers=None: said.append((reply, buffers))
            widget._answer(widget, message, [])
            reply, buffers = said[0]
            picture = {"base64": base64.b64encode(buffers[0]).decode()} if buffers else None
            return {"reply": reply, "picture": picture}

        page.expose_function("ask_python", answer)
        page.evaluate("([state, views]) => open_widget(state, views)", [state_of(widget), views])
        return page

    return put


@pytest.fixture(scope="session")
def digits():
    """Forty made-up pictures in ten classes: blobs that differ by place."""
    generator = np.random.default_rng(0)
    y = np.arange(40) % 10
    x = np.zeros((40, 28, 28), np.float32)
    for i, label in enumerate(y):
        row, column = 4 + 4 * (label // 3), 4 + 6 * (label % 3)
        x[i, row : row + 6, column : column + 6] = generator.uniform(0.5, 1, (6, 6))
    return x.reshape(40, 784), y


@pytest.fixture
def model():
    torch.manual_seed(0)
    return Autoencoder(16, hidden=(64,)).eval()


@pytest.fixture
def blobs(digits):
    """160 pictures in ten classes, no two alike."""
    x, y = (np.tile(each, (4, 1) if each.ndim > 1 else 4) for each in digits)
    generator = np.random.default_rng(1)
    x = (x * generator.uniform(0.3, 1, (160, 784))).astype(np.float32)
    return (x * 255).round() / np.float32(255), y
