"""Patches hidden by hand and by key in a real browser."""

import numpy as np
import pytest
import torch

import aelib
from aelib.widgets import MaskExplorer

RED = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return Array.from({ length: data.length / 4 }, (_, i) => data[4 * i]);
}"""


@pytest.fixture
def explorer():
    torch.manual_seed(0)
    model = aelib.MaskedAutoencoder(7, width=8).eval()
    for weight in model.parameters():
        weight.data += 0.3 * torch.randn_like(weight)
    library, _, x, _ = aelib.load_mnist(40, 6)
    return MaskExplorer(model, x, library, k=3)


def drawn(page, number):
    return np.array(page.locator("canvas").nth(number).evaluate(RED))


def assert_both_filled(page, explorer):
    explorer.visible = page.evaluate("model.get('visible')")
    explorer.example = page.evaluate("model.get('example')")
    for number, way in enumerate(("network", "neighbours"), start=1):
        expected = 255 * (1 - explorer.fill()[way])
        assert np.abs(drawn(page, number) - expected).max() <= 1, way


def test_the_browser_fills_as_python_does(show, explorer):
    page = show(explorer)
    assert_both_filled(page, explorer)
    page.get_by_role("button", name="another digit").click()
    page.get_by_role("button", name="other holes").click()
    assert page.evaluate("model.get('example')") == 1
    assert sum(page.evaluate("model.get('visible')")) == 4
    assert_both_filled(page, explorer)


def test_keys_walk_over_the_patches_and_turn_them(show, explorer):
    page = show(explorer)
    page.get_by_role("button", name="show all").click()
    page.get_by_role("button", name="row 1, column 1").focus()
    for key in ("ArrowRight", "ArrowDown", "Enter", "ArrowLeft", "Space"):
        page.keyboard.press(key)
    visible = page.evaluate("model.get('visible')")
    assert [place for place, seen in enumerate(visible) if not seen] == [4, 5]
    assert_both_filled(page, explorer)
    page.wait_for_timeout(500)
    assert "2 of 16 patches hidden" in page.get_by_role("status").first.text_content()


def test_a_hand_that_goes_on_hides_what_it_meets(show, explorer):
    page = show(explorer)
    page.get_by_role("button", name="show all").click()
    box = page.locator(".patches").bounding_box()
    at = lambda column: (box["x"] + (column + 0.5) * box["width"] / 4, box["y"] + 5)  # noqa: E731
    page.mouse.move(*at(0))
    page.mouse.down()
    for column in (1, 2):
        page.mouse.move(*at(column))
    page.mouse.up()
    page.mouse.move(*at(3))
    visible = page.evaluate("model.get('visible')")
    assert [place for place, seen in enumerate(visible) if not seen] == [0, 1, 2]


def test_all_hidden_and_all_shown(show, explorer):
    page = show(explorer)
    page.get_by_role("button", name="hide all").click()
    assert_both_filled(page, explorer)
    page.get_by_role("button", name="show all").click()
    assert_both_filled(page, explorer)


def test_where_it_is_wide_both_ways_stand_side_by_side_as_large_as_the_digit(show, explorer):
    page = show(explorer)
    digit, network, mean = [c.bounding_box() for c in page.locator("figure canvas").all()]
    assert digit["y"] == network["y"] == mean["y"]
    assert digit["width"] == network["width"] == mean["width"]
    page.set_viewport_size({"width": 600, "height": 800})
    digit, network, mean = [c.bounding_box() for c in page.locator("figure canvas").all()]
    assert network["y"] < mean["y"]
    assert network["x"] == mean["x"]
