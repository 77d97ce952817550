"""Colour and pictures that are not square, as the browser draws them."""

import os

import numpy as np
import pytest
import torch
from torch import nn

from aelib.widgets import CodeSwap, Flipbook, ThresholdExplorer

RGB = """(canvas) => {
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  return [height, width, Array.from(data).filter((_, i) => i % 4 < 3)];
}"""
PHOTOS = np.random.default_rng(0).random((12, 3, 6, 9)).astype(np.float32)
SCREENSHOTS = os.environ.get("AELIB_SCREENSHOTS")  # a folder to keep pictures of the widgets in


def drawn(canvas):
    """A canvas as (3, H, W) in [0, 1]."""
    height, width, values = canvas.evaluate(RGB)
    return np.moveaxis(np.reshape(values, (height, width, 3)), 2, 0) / 255


def keep(page, name):
    if SCREENSHOTS:
        page.screenshot(path=f"{SCREENSHOTS}/{name}.png")


def test_a_flipbook_turns_pages_in_colour(show):
    page = show(Flipbook(PHOTOS, [f"page {i}" for i in range(12)]))
    page.get_by_role("slider", name="page").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(50)
    assert np.abs(drawn(page.locator("canvas")) - PHOTOS[1]).max() <= 1.01 / 255
    keep(page, "flipbook")


def test_a_threshold_stands_beside_pictures_in_colour(show):
    scores, y = np.arange(12.0), np.arange(12) > 8
    page = show(ThresholdExplorer(scores, y, PHOTOS, threshold=6))
    above = page.get_by_role("group", name="alarm, nearest to the threshold first", exact=True)
    first = above.locator("canvas").first
    assert np.abs(drawn(first) - PHOTOS[6]).max() <= 1.01 / 255
    box = first.bounding_box()
    assert box["width"] / box["height"] == pytest.approx(9 / 6, rel=0.1)
    keep(page, "threshold")


class Tiles(nn.Module):
    """2 x 3 places become tiles of 3 x 3 pixels in colour, from -1 to 1."""

    def __init__(self):
        super().__init__()
        self.unpool = nn.ConvTranspose2d(4, 3, 3, stride=3)

    def forward(self, numbers):
        return torch.tanh(2 * self.unpool(numbers.reshape(-1, 4, 2, 3)))


def test_codes_are_swapped_in_pictures_in_colour_that_are_not_square(show):
    torch.manual_seed(0)
    codes, looks = np.arange(6)[None], np.random.default_rng(1).random((6, 3, 3, 3))
    size = {"shape": (3, 6, 9), "value_range": (-1, 1)}
    swap = CodeSwap(Tiles().eval(), torch.randn(6, 4), codes, looks, **size)
    page = show(swap)
    canvas = page.locator(".board canvas")
    assert np.abs(drawn(canvas).ravel() - swap.draw(codes)[0]).max() <= 1.01 / 255
    page.get_by_role("slider", name="place, row").focus()
    for key, place in (("ArrowUp", 1), ("ArrowUp", 1), ("ArrowRight", 2), ("ArrowRight", 2)):
        page.keyboard.press(key)
        assert page.evaluate("model.get('place')") == place
    box = canvas.bounding_box()
    canvas.click(position={"x": 0.9 * box["width"], "y": 0.9 * box["height"]})
    assert page.evaluate("model.get('place')") == 5
    page.get_by_role("radio", name="entry 2").check(force=True)
    swapped = [[0, 1, 2, 3, 4, 2]]
    page.wait_for_timeout(50)
    assert np.abs(drawn(canvas).ravel() - swap.draw(swapped)[0]).max() <= 1.01 / 255
    mark = page.locator(".mark").bounding_box()
    assert mark["width"] == pytest.approx(box["width"] / 3, rel=0.05)
    assert mark["height"] == pytest.approx(box["height"] / 2, rel=0.05)
    keep(page, "code_swap")
