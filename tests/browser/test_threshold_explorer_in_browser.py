"""The threshold explorer under hands and keys."""

import numpy as np
import pytest

from aelib.widgets import ThresholdExplorer

Y = np.arange(300) % 10 < 3  # of 210 and of 90: no percentage that ends in a half
SCORES = np.random.default_rng(0).normal(size=300) + 1.5 * Y
X = np.random.default_rng(1).random((300, 16))

INK = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return Array.from({ length: data.length / 4 }, (_, i) => 1 - data[4 * i] / 255);
}"""


@pytest.fixture
def explorer():
    return ThresholdExplorer(SCORES, Y, X)


def words(explorer):
    counts = explorer.counts
    alarms, hits = counts["false alarms"], counts["hits"]
    return (
        f"false alarms: {alarms} of 210 normal ({100 * alarms / 210:.1f}\xa0%); "
        f"hits: {hits} of 90 odd ({100 * hits / 90:.1f}\xa0%); misses: {counts['misses']}"
    )


def shown(page, name):
    """The kinds below the pictures of one row."""
    return (
        page.get_by_role("group", name=name, exact=True)
        .locator("figcaption:visible")
        .all_text_contents()
    )


def test_the_browser_counts_as_python_does(show, explorer):
    page = show(explorer)
    assert page.locator(".counts").text_content() == words(explorer)
    page.get_by_role("slider", name="threshold").focus()
    for key in ("ArrowLeft", "Shift+ArrowLeft", "PageUp", "Home", "End"):
        page.keyboard.press(key)
        page.wait_for_timeout(150)
        explorer.threshold = page.evaluate("model.get('threshold')")
        assert page.locator(".counts").text_content() == words(explorer)


def test_a_mouse_moves_the_threshold_and_the_counts_follow(show, explorer):
    page = show(explorer)
    before = page.locator(".counts").text_content()
    box = page.get_by_role("slider", name="threshold").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] / 2, steps=5)
    assert page.locator(".counts").text_content() != before
    page.mouse.up()
    explorer.threshold = page.evaluate("model.get('threshold')")
    assert page.locator(".counts").text_content() == words(explorer)
    assert page.evaluate("model.saved") >= 1


def test_the_nearest_pictures_of_both_sides_are_shown(show, explorer):
    page = show(explorer)
    order = np.argsort(SCORES, kind="stable")
    explorer.threshold = float(np.float32(SCORES[order[200]]))
    page.evaluate("t => model.set('threshold', t)", explorer.threshold)
    kinds = np.where(Y[order], "odd", "normal")
    assert shown(page, "alarm, nearest to the threshold first") == kinds[200:206].tolist()
    row = page.get_by_role("group", name="no alarm, nearest to the threshold first")
    assert row.locator("figcaption").all_text_contents() == kinds[199:193:-1].tolist()
    nearest = np.array(row.locator("canvas").first.evaluate(INK))
    assert np.abs(nearest - X[order[199]]).max() < 1.5 / 255


def test_beyond_the_last_score_no_picture_is_left(show, explorer):
    page = show(explorer)
    page.evaluate("model.set('threshold', 100)")
    assert shown(page, "alarm, nearest to the threshold first") == []
    assert page.locator(".counts").text_content().startswith("false alarms: 0 of 210")


def test_it_says_in_words_what_it_shows(show, explorer):
    page = show(explorer)
    page.wait_for_timeout(600)
    said = page.get_by_role("status").text_content()
    assert "% false alarms" in said
    assert "just above: " in said
    label = page.get_by_role("img", name="Histograms").get_attribute("aria-label")
    assert "odd scores, downwards" in label


def test_it_fits_a_narrow_phone(show, page, explorer):
    page.set_viewport_size({"width": 360, "height": 700})
    show(explorer)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_it_lets_go(show, explorer):
    page = show(explorer)
    page.evaluate("close_widget()")
    assert page.evaluate("model.listeners.length") == 0
