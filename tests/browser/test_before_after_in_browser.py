"""The divider under hands and keys."""

import numpy as np
import pytest

from aelib.widgets import BeforeAfter

RED = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return Array.from({ length: data.length / 4 }, (_, i) => data[4 * i]);
}"""
FIRST_IS_SLOW = """() => {
  const decode = self.createImageBitmap;
  let calls = 0;
  self.createImageBitmap = async (blob) => {
    if (!calls++) await new Promise((go) => setTimeout(go, 200));
    return decode(blob);
  };
}"""
EDGE = "(canvas) => parseFloat(canvas.style.clipPath.split(' ').at(-1))"


@pytest.fixture
def pictures():
    return np.random.default_rng(0).random((2, 3, 40, 200))


@pytest.fixture
def pair(pictures):
    return BeforeAfter(*pictures, ("noisy", "clean"), alt="Coloured squares.")


def seen_from(page):
    """Where the second picture begins, in percent of the width."""
    return page.locator("canvas").nth(1).evaluate(EDGE)


def test_both_pictures_arrive_pixel_by_pixel(show, pair, pictures):
    page = show(pair)
    for i, picture in enumerate(pictures):
        shown = np.array(page.locator("canvas").nth(i).evaluate(RED))
        np.testing.assert_array_equal(shown, (picture[0].astype(np.float32) * 255).round().ravel())


def test_the_pictures_keep_their_order_where_the_second_is_decoded_first(
    show, page, pair, pictures
):
    page.evaluate(FIRST_IS_SLOW)
    show(pair)
    page.get_by_role("slider", name="divider").wait_for()
    for i, picture in enumerate(pictures):
        shown = np.array(page.locator("canvas").nth(i).evaluate(RED))
        np.testing.assert_array_equal(shown, (picture[0].astype(np.float32) * 255).round().ravel())


def test_keys_move_the_divider(show, pair):
    page = show(pair)
    slider = page.get_by_role("slider", name="divider")
    slider.focus()
    for keys, percent in ((["ArrowRight"] * 3, 53), (["Home"], 0), (["End"], 100), (["0"], 50)):
        for key in keys:
            page.keyboard.press(key)
        assert page.evaluate("model.get('position')") == pytest.approx(percent / 100)
        assert seen_from(page) == pytest.approx(percent)
        assert slider.get_attribute("aria-valuetext") == f"{percent} % noisy"


def test_a_drag_moves_it_and_the_keys_go_on_from_there(show, pair):
    page = show(pair)
    box = page.locator(".pair").bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 20, steps=4)
    assert seen_from(page) == pytest.approx(25, abs=1)
    page.mouse.move(box["x"] - 50, box["y"] + 20)  # beyond the edge
    assert page.evaluate("model.get('position')") == 0
    page.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 20)
    page.mouse.up()
    page.mouse.move(box["x"] + 0.1 * box["width"], box["y"] + 20)  # let go: nothing moves
    assert seen_from(page) == pytest.approx(75, abs=1)
    page.keyboard.press("ArrowLeft")
    assert seen_from(page) == pytest.approx(74, abs=1)


def test_touch_moves_it_and_leaves_the_page_its_own_direction(show, pair):
    page = show(pair)
    assert page.locator(".pair").evaluate("(e) => getComputedStyle(e).touchAction") == "pan-y"
    moves = """(e) => {
      const box = e.getBoundingClientRect();
      e.setPointerCapture = () => {};
      for (const [kind, share] of [["pointerdown", 0.5], ["pointermove", 0.3], ["pointerup", 0.3]])
        e.dispatchEvent(new PointerEvent(kind, { pointerType: "touch", pointerId: 7,
          clientX: box.left + share * box.width, clientY: box.top + 5 }));
    }"""
    page.locator(".pair").evaluate(moves)
    assert seen_from(page) == pytest.approx(30, abs=1)


def test_words_say_what_is_shown(show, pair):
    page = show(pair)
    page.evaluate("model.set('position', 0.3)")
    words = "left of the divider noisy, 30 % of the width; right of it clean"
    assert page.locator(".pair").get_attribute("aria-label") == f"Coloured squares. {words}"
    page.wait_for_timeout(500)
    said = page.get_by_role("status").text_content()
    assert said == words.replace(" %", "\xa0%")  # a number keeps its sign
    assert page.locator(".tag").all_text_contents() == ["noisy", "clean"]
