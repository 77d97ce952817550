"""The flipbook under hands and keys."""

import numpy as np
import pytest

from aelib.widgets import Flipbook

RED = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return Array.from({ length: data.length / 4 }, (_, i) => data[4 * i]);
}"""


@pytest.fixture
def pages():
    return np.random.default_rng(0).random((7, 10, 20))


def shown(page):
    return np.array(page.locator("canvas").evaluate(RED))


def test_keys_turn_the_pages(show, pages):
    page = show(Flipbook(pages, [f"page {i}" for i in range(7)], name="bytes"))
    slider = page.get_by_role("slider", name="bytes")
    slider.focus()
    for keys, index in ((["ArrowRight"] * 2, 2), (["End"], 6), (["ArrowDown"], 5), (["0"], 0)):
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_timeout(50)
        assert page.evaluate("model.get('index')") == index
        assert np.abs(shown(page) - 255 * (1 - pages[index].ravel())).max() <= 1
        assert slider.get_attribute("aria-valuetext") == f"page {index}"
        assert page.locator("figcaption").text_content() == f"page {index}"


def test_python_turns_the_pages_too(show, pages):
    page = show(Flipbook(pages, [f"page {i}" for i in range(7)], index=3))
    assert np.abs(shown(page) - 255 * (1 - pages[3].ravel())).max() <= 1
    page.evaluate("model.set('index', 5)")
    assert np.abs(shown(page) - 255 * (1 - pages[5].ravel())).max() <= 1
    page.wait_for_timeout(500)
    assert page.get_by_role("status").text_content() == "page 5"
