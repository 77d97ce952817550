"""Small decodings along the sliders of a LatentExplorer."""

import os
from itertools import pairwise

import numpy as np
import pytest
from sklearn.decomposition import PCA

from aelib.widgets import LatentExplorer, TwoDecoders

STRIP = """(row) => {
  const ink = (data, i) => (data[4 * i + 3] ? 1 - data[4 * i] / 255 : -1);
  const all = document.querySelectorAll(".slider:not([hidden])")[row].querySelectorAll("canvas");
  return Array.from(all, (canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return Array.from({ length: data.length / 4 }, (_, i) => ink(data, i));
  });
}"""  # -1 where nothing is painted
MOVE = """(input) => {
  input.value = input.max;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}"""
SLOW = "() => { let now = 0; performance.now = () => (now += 1.5); }"
PAINTED = """() => [...document.querySelectorAll(".slider:not([hidden]) canvas")].filter((canvas) =>
  canvas.getContext("2d").getImageData(0, 0, 1, 1).data[3]).length"""
RING = """(each) => {
  const { outlineOffset, outlineWidth } = getComputedStyle(each);
  return parseFloat(outlineOffset) + parseFloat(outlineWidth);
}"""  # pixels that the mark of the focus reaches beyond its slider
SCREENSHOTS = os.environ.get("AELIB_SCREENSHOTS")  # a folder to keep pictures of the widgets in


def strip(page, row):
    return np.array(page.evaluate(STRIP, row))


def assert_shows(page, row, expected, tolerance=0.5 / 255 + 1.1e-3):
    """The strips are drawn when there is time: soon, but nobody knows when."""
    for _ in range(100):
        difference = np.abs(strip(page, row) - expected).max()
        if difference < tolerance:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"slider {row}: a strip is off by {difference}")


def along(page, model, z, row):
    """What the model draws with the slider of this row at five places from low to high."""
    slider = page.get_by_role("slider").nth(row)
    low, high = float(slider.get_attribute("min")), float(slider.get_attribute("max"))
    codes = np.tile(np.asarray(z, np.float32), (5, 1))
    codes[:, int(slider.get_attribute("aria-label")[2:-1])] = np.linspace(low, high, 5)
    return model.inverse_transform(codes).clip(0, 1)


def test_each_slider_shows_what_it_does_before_it_is_moved(show, model, digits):
    page = show(LatentExplorer(model, *digits))
    z = model.transform(digits[0])[0]
    for row in range(8):
        assert_shows(page, row, along(page, model, z, row))
    page.get_by_role("slider").nth(2).focus()
    page.keyboard.press("End")
    page.wait_for_timeout(150)  # z is told with a delay
    assert page.get_by_role("slider").nth(2).evaluate(RING) <= 0, "it would be covered in part"
    moved = page.evaluate("model.get('z')")
    assert np.abs(moved - z).max() > 0.01
    assert_shows(page, 0, along(page, model, moved, 0))
    page.get_by_role("button", name="next page").click()
    assert_shows(page, 0, along(page, model, moved, 0))


def test_neither_the_first_picture_nor_a_drag_waits_for_them(show, page, model, digits):
    page.clock.install(time=0)
    page.clock.pause_at(1)
    page.evaluate(SLOW)  # each takes 1.5 ms
    show(LatentExplorer(model, *digits))
    slider = page.get_by_role("slider").first
    for _ in range(5):
        page.clock.run_for(200)
        slider.evaluate(MOVE)
    assert page.evaluate(PAINTED) == 0
    page.clock.run_for(250)
    few = page.evaluate(PAINTED)
    assert 0 < few < 10
    slider.evaluate(MOVE)
    page.clock.run_for(240)
    assert page.evaluate(PAINTED) == few
    page.clock.run_for(1000)
    assert page.evaluate(PAINTED) == 40


def test_the_sentence_is_about_the_large_picture(show, digits):
    x, y = digits
    pca = PCA(8).fit(x)
    z = pca.transform(x)[3]
    page = show(LatentExplorer(pca, x, y, z=z))
    assert_shows(page, 7, along(page, pca, z, 7), 5e-3)  # the last of them
    page.wait_for_timeout(300)  # and then the sentence, if it had not come yet
    assert page.get_by_role("status").inner_text() == "looks like a 3"


def test_a_click_on_one_goes_there_and_a_screen_reader_hears_of_none(show, model, digits):
    page = show(LatentExplorer(model, *digits))
    slider = page.get_by_role("slider").nth(1)
    end = float(slider.get_attribute("max"))
    page.locator(".slider").nth(1).locator(".strip canvas").nth(4).click()
    assert float(slider.input_value()) == pytest.approx(end)
    moved = int(slider.get_attribute("aria-label")[2:-1])
    assert page.evaluate("model.get('z')")[moved] == pytest.approx(end)
    assert page.locator(".strip").first.get_attribute("aria-hidden") == "true"
    assert page.get_by_role("img").count() == 2  # the original and the decoded picture


def test_two_models_have_a_line_each(show, digits):
    x, y = digits
    pair = [PCA(2).fit(x), PCA(2).fit(x[::-1] ** 2)]
    page = show(TwoDecoders(*pair, x, y, labels=("a", "b"), own_codes=False))
    z = pair[0].transform(x)[0]
    assert_shows(page, 1, np.concatenate([along(page, pca, z, 1) for pca in pair]), 5e-3)


def test_where_python_decodes_there_are_none(show):
    def waves(z):
        return np.abs(np.sin(z.sum(axis=1, keepdims=True) + np.arange(9.0)))

    page = show(LatentExplorer(waves, latent_dim=2))
    page.wait_for_timeout(400)
    assert page.locator(".strip canvas").count() == 0
    assert page.locator(".strip:visible").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_they_stand_under_their_track_on_a_phone(show, page, model, digits, theme):
    page.set_viewport_size({"width": 360, "height": 740})
    page.evaluate("theme => (document.documentElement.dataset.theme = theme)", theme)
    show(LatentExplorer(model, *digits))
    assert_shows(page, 7, along(page, model, model.transform(digits[0])[0], 7))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for row in page.locator(".slider:visible").all():
        track = row.locator("input").bounding_box()
        small = [each.bounding_box() for each in row.locator(".strip canvas").all()]
        assert small[0]["x"] == pytest.approx(track["x"], abs=2)
        end = small[4]["x"] + small[4]["width"]
        assert end == pytest.approx(track["x"] + track["width"], abs=2)
        assert all(a["x"] + a["width"] <= b["x"] + 0.5 for a, b in pairwise(small))
    if SCREENSHOTS:
        page.screenshot(path=f"{SCREENSHOTS}/strips_360_{theme}.png", full_page=True)
