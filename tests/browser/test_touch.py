"""Fingers: who scrolls the page changes nothing, who drags does; a second finger and the right
button do nothing. The touches are raw ones, as a phone's screen sends them."""

import numpy as np
import pytest

from aelib.models import MaskedAutoencoder
from aelib.models.codebook import VQVAE
from aelib.widgets import BeforeAfter, CodeSwap, DigitPad, LatentExplorer, LatentMap, MaskExplorer

PHONE = {"width": 360, "height": 740}
SHARP = "(canvas) => canvas.width / canvas.clientWidth"
# An emulated screen changes its density without an event; a real one sends it to these.
QUERIES = """() => {
  const ask = self.matchMedia;
  self.queries = [];
  self.matchMedia = (media) => (self.queries.push(ask.call(self, media)), self.queries.at(-1));
}"""


@pytest.fixture
def page(browser, request):
    """A phone; the test fails when a script does. Text above and below gives it a way to scroll."""
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    trouble = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    harness = (request.path.parent / "harness.html").read_text(encoding="utf-8")
    page.set_content(harness)
    page.evaluate("document.querySelector('main').style.padding = '300px 0 1500px'")
    yield page
    context.close()
    assert trouble == []


def finger(page, target, by, at=(0.5, 0.5)):
    """Put a finger on the middle of what the locator finds and move it by so many pixels."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    x, y = box["x"] + at[0] * box["width"], box["y"] + at[1] * box["height"]
    touch = toucher(page)
    touch("Start", {"x": x, "y": y})
    for step in range(1, 13):
        touch("Move", {"x": x + by[0] * step / 12, "y": y + by[1] * step / 12})
        page.wait_for_timeout(16)
    touch("End")
    page.wait_for_timeout(150)


def toucher(page):
    """A function that sends what a touch screen does: Start, Move or End, and the fingers on it."""
    client = page.context.new_cdp_session(page)

    def touch(kind, *points):
        client.send(
            "Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": list(points)}
        )

    return touch


def scrolled(page):
    return page.evaluate("scrollY")


def pair():
    pictures = np.random.default_rng(0).random((2, 3, 120, 200))
    return BeforeAfter(*pictures, ("noisy", "clean"), alt="Squares.")


def swap():
    return CodeSwap(VQVAE(4, 2).decoder, np.eye(4, 2), np.arange(49)[None] % 4, np.ones((4, 3, 3)))


def value(page, name):
    return page.evaluate("name => JSON.stringify(window.model.get(name))", name)


CASES = {
    "slider": (lambda model, x, y: LatentExplorer(model, x, y), "input[type=range]", "z"),
    "divider": (lambda *_: pair(), ".pair", "position"),
    "codebook": (lambda *_: swap(), ".board canvas", "place"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_finger_that_scrolls_changes_nothing(show, page, model, digits, name):
    make, target, trait = CASES[name]
    show(make(model, *digits))
    place = page.locator(target).first
    place.scroll_into_view_if_needed()
    before, top = value(page, trait), scrolled(page)
    finger(page, place, (0, -180), at=(0.2, 0.5))
    assert scrolled(page) > top + 60
    assert value(page, trait) == before


@pytest.mark.parametrize("name", ["slider", "divider"])
def test_a_finger_that_goes_sideways_moves_it(show, page, model, digits, name):
    make, target, trait = CASES[name]
    show(make(model, *digits))
    place = page.locator(target).first
    place.scroll_into_view_if_needed()
    before, top = value(page, trait), scrolled(page)
    finger(page, place, (60, 0), at=(0.4, 0.5))
    assert scrolled(page) == top
    assert value(page, trait) != before


def test_a_tap_chooses_a_place_of_the_codebook(show, page):
    show(swap())
    page.locator(".board canvas").first.tap(position={"x": 150, "y": 150})
    assert value(page, "place") != "0"


def test_a_finger_that_goes_over_patches_hides_them_and_the_page_stays(show, page, digits):
    x, _ = digits
    show(MaskExplorer(MaskedAutoencoder(7, width=8), x, x, k=2, visible=[1] * 16))
    patches = page.locator(".patches")
    patches.scroll_into_view_if_needed()
    top = scrolled(page)
    box = patches.bounding_box()
    finger(page, patches, (0, 0.75 * box["height"]), at=(0.1, 0.1))
    assert scrolled(page) == top
    assert page.evaluate("model.get('visible')") == [0, 1, 1, 1] * 4
    finger(page, page.locator("figcaption").first, (0, -180))  # beside the picture the page scrolls
    assert scrolled(page) > top + 60
    assert page.evaluate("model.get('visible')") == [0, 1, 1, 1] * 4


def test_the_map_of_a_pad_lets_the_page_scroll_and_a_map_to_walk_on_is_walked_on(
    show, page, model, digits
):
    show(DigitPad(model, *digits))
    page.locator(".plane").scroll_into_view_if_needed()
    top = scrolled(page)
    finger(page, page.locator(".plane"), (0, -180))
    assert scrolled(page) > top + 60
    assert page.locator(".plane").evaluate("e => getComputedStyle(e).touchAction") == "auto"


def test_a_second_finger_and_the_right_button_leave_the_map_alone(show, page, model, digits):
    show(LatentMap(model, *digits))
    plane = page.locator(".plane")
    plane.scroll_into_view_if_needed()
    before = value(page, "z")
    box = plane.bounding_box()
    page.mouse.move(box["x"] + 80, box["y"] + 80)
    page.mouse.down(button="right")
    page.mouse.move(box["x"] + 160, box["y"] + 120)
    page.mouse.up(button="right")
    assert value(page, "z") == before
    touch = toucher(page)
    first, second = ({"x": box["x"] + by, "y": box["y"] + by, "id": by} for by in (60, 250))
    touch("Start", first)
    page.wait_for_timeout(120)
    held = page.locator(".cursor").evaluate("e => e.style.left")
    touch("Start", first, second)
    page.wait_for_timeout(120)
    assert page.locator(".cursor").evaluate("e => e.style.left") == held
    touch("End")


def test_the_picture_stays_in_sight_while_the_last_slider_moves(show, page, model, digits):
    page.set_viewport_size({**PHONE, "height": 520})
    show(LatentExplorer(model, *digits))
    last = page.locator(".slider:visible").last
    last.evaluate("e => e.scrollIntoView({ block: 'end' })")
    top = page.locator("canvas").first.bounding_box()["y"]
    assert -1 <= top < 260


def test_a_slider_is_wide_enough_for_a_finger(show, page, model, digits):
    show(LatentExplorer(model, *digits))
    for target in page.locator("input[type=range]:visible, button:visible").all():
        assert target.bounding_box()["height"] >= 24


def test_the_map_is_drawn_anew_on_a_screen_of_another_density(show, page, model, digits):
    page.evaluate(QUERIES)
    show(LatentMap(model, *digits))
    canvas = page.locator(".plane canvas")
    client = page.context.new_cdp_session(page)
    for density in (1, 2, 3):
        client.send(
            "Emulation.setDeviceMetricsOverride",
            {**PHONE, "deviceScaleFactor": density, "mobile": True},
        )
        page.evaluate("queries.at(-1).dispatchEvent(new Event('change'))")
        assert canvas.evaluate(SHARP) == pytest.approx(density, rel=0.02)
