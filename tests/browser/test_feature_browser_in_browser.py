"""The browser of features under hands and keys, over the shipped network that reads."""

from pathlib import Path

import numpy as np
import pytest

import aelib
from aelib.data import split_by_module
from aelib.widgets import FeatureBrowser

FOLDER = Path(__file__).parents[2] / "data" / "decoders"
SENTENCES = [
    "Return (a list of) 'words'.",
    "Return (a list of) 'letters' -> list[int]",
    "a",
    "naïve \u212aelvin ¶ \U0001f600 (x)",
]


@pytest.fixture(scope="module")
def widget():
    reader = aelib.load(FOLDER / "characters.safetensors").float()
    sparse = aelib.load(FOLDER / "features.safetensors").float()
    _, _, unread = split_by_module(aelib.load_docstrings())
    return FeatureBrowser(reader, sparse, unread[:60], begin="\n")


@pytest.fixture
def opened(show, widget):
    widget.feature, widget.push, widget.text = 20, 1.0, SENTENCES[0]
    page = show(widget)
    page.locator(".echo .lit").wait_for()
    return page


def choose(page, feature):
    page.evaluate("feature => model.set('feature', feature)", feature)


def line_of(lit):
    """Letters and shares of a line as it is drawn."""
    return lit.evaluate(
        """(line) => [...line.childNodes].flatMap((node) => [...node.textContent].map(
          (letter) => [letter, +(node.style?.getPropertyValue("--share") ?? 0)]))"""
    )


def assert_shares(lit, expected):
    found = np.array([share for _, share in line_of(lit)])
    assert found == pytest.approx(np.minimum(expected, 1), abs=1e-4)


def changes(page, number):
    """What a table of the effect says: (letter, before, after), more likely, then less likely."""
    cells = page.locator("table.effect").nth(number).locator("td[data-letter]")
    return cells.evaluate_all("all => all.map(({ dataset: d }) => [d.letter, +d.before, +d.after])")


def assert_effect(page, widget, number, text):
    before, after = widget.chances(text)
    found = changes(page, number)
    assert found
    for letter, was, became in found:
        place = widget._alphabet.index(letter)
        assert (was, became) == pytest.approx((before[place], after[place]), abs=2e-4)
    most = widget._alphabet[int((after - before).argmax())]
    assert found[0][0] == most


def test_the_sentence_lights_up_as_pytorch_computes(opened, widget):
    box = opened.get_by_role("textbox", name="Type here")
    for sentence in SENTENCES:
        box.fill(sentence)
        z = widget.strengths(sentence) / widget._strongest
        for feature in (20, int(z[-1].argmax()), int(z.max(axis=0).argmax())):
            choose(opened, feature)
            line = opened.locator(".echo .lit")
            assert "".join(letter for letter, _ in line_of(line)) == sentence
            assert_shares(line, z[:, feature])


def test_letters_changed_in_the_middle_are_read_anew(opened, widget):
    box = opened.get_by_role("textbox", name="Type here")
    for sentence in ("Return (a list)", "Return [a list)", "Return ", "Return [a list)", ""):
        box.fill(sentence)
        if sentence:
            z = widget.strengths(sentence) / widget._strongest
            assert_shares(opened.locator(".echo .lit"), z[:, 20])
        assert_effect(opened, widget, 1, sentence)


def test_a_push_does_what_pytorch_computes(opened, widget):
    far = int((np.abs(widget._effect.numpy()).max(axis=1) * widget._strongest).argmax())
    for feature, push in ((20, 1.0), (20, -2.0), (41, 2.0), (far, 2.0), (far, -2.0)):
        opened.evaluate("push => model.set('push', push)", push)
        choose(opened, feature)
        widget.feature, widget.push = feature, push
        assert_effect(opened, widget, 0, None)
        assert_effect(opened, widget, 1, SENTENCES[0])


def test_plain_javascript_computes_the_same_where_webassembly_is_refused(page, show, widget):
    page.evaluate("delete self.WebAssembly")
    widget.feature, widget.push, widget.text = 20, 1.0, SENTENCES[1]
    show(widget)
    z = widget.strengths(SENTENCES[1]) / widget._strongest
    assert_shares(page.locator(".echo .lit"), z[:, 20])
    assert_effect(page, widget, 1, SENTENCES[1])


def test_the_strongest_texts_are_those_of_python(opened, widget):
    for feature in (20, 41):
        choose(opened, feature)
        lines = opened.locator(".texts .lit").all()
        excerpts = widget._excerpts[feature]
        assert len(lines) == len(excerpts) == 6
        for line, excerpt in zip(lines, excerpts, strict=True):
            drawn = line_of(line)
            assert "".join(letter for letter, _ in drawn) == excerpt.letters.replace("\n", "¶")
            shares = excerpt.strengths / widget._strongest[feature]
            assert [share for _, share in drawn] == pytest.approx(shares.tolist(), abs=1 / 255)


def test_strength_is_seen_without_colour_and_heard(opened, widget):
    best = widget._excerpts[20][0]
    top = opened.locator(".texts li").first
    marked = top.locator(".strong").first.text_content()
    assert marked in best.letters
    line = top.locator(".strong").first.evaluate(
        "node => [getComputedStyle(node).borderBottomWidth, getComputedStyle(node).fontWeight]"
    )
    assert line == ["4px", "700"]
    assert top.locator(".lit").get_attribute("aria-hidden") == "true"
    spoken = top.locator(".spoken").text_content()
    assert spoken.startswith(best.letters.replace("\n", "¶"))
    assert f"(on at {best.letters[int(best.strengths.argmax())]}" in spoken


def test_a_search_finds_the_features_that_are_on_after_what_was_typed(opened, widget):
    def share(feature):
        there = sum(
            strength
            for excerpt in widget._excerpts[feature]
            for i, strength in enumerate(excerpt.strengths)
            if excerpt.letters[: i + 1].endswith("return")
        )
        return there / sum(excerpt.strengths.sum() for excerpt in widget._excerpts[feature])

    opened.get_by_role("searchbox").fill("return")
    found = opened.get_by_role("group", name="features found").get_by_role("button")
    said = [text.split(" (") for text in found.all_text_contents()]
    assert 1 <= len(said) <= 8
    for number, words in said:
        assert 100 * share(int(number)) == pytest.approx(float(words[:-3]), abs=0.5)
    best = max(range(512), key=share)
    assert 100 * share(best) == pytest.approx(float(said[0][1][:-3]), abs=0.5)
    opened.get_by_role("searchbox").fill("qqqqq")
    assert opened.get_by_text("none", exact=True).is_visible()


def test_everything_is_reached_with_the_keyboard(opened, widget):
    press = opened.keyboard.press
    press("Tab")
    press("ArrowRight")
    assert opened.evaluate("model.get('feature')") == 21
    press("End")
    assert opened.evaluate("model.get('feature')") == 511
    press("Tab")
    opened.keyboard.type("(")
    press("Tab")
    press("Enter")
    chosen = opened.evaluate("model.get('feature')")
    first = opened.get_by_role("group", name="features found").get_by_role("button").first
    assert first.get_attribute("data-feature") == str(chosen)
    assert first.get_attribute("aria-pressed") == "true"
    assert first.evaluate("node => node === document.activeElement")  # the focus stays
    opened.get_by_role("slider", name="push").focus()
    press("ArrowLeft")
    assert opened.evaluate("model.get('push')") == pytest.approx(0.9)
    press("Tab")
    press("Control+a")
    opened.keyboard.type("xd")
    assert opened.locator(".echo .lit").text_content() == "xd"
    opened.wait_for_timeout(400)
    assert opened.evaluate("model.get('text')") == "xd"
    assert opened.evaluate("model.saved") >= 1


def test_what_a_sentence_lights_up_most_has_buttons(opened, widget):
    z, peaks = widget.strengths(SENTENCES[0]).max(axis=0), widget._strongest
    shares = np.where(peaks > 0, z / np.maximum(peaks, 1e-9), z > 0)  # some are on here only
    buttons = opened.get_by_role("group", name="features in your sentence").get_by_role("button")
    found = buttons.evaluate_all("all => all.map((each) => +each.dataset.feature)")
    assert len(set(found)) == 8
    assert shares[found] == pytest.approx(np.sort(shares)[:-9:-1], abs=1e-3)  # many are even
    buttons.nth(2).click()
    assert opened.evaluate("model.get('feature')") == found[2]
    assert buttons.nth(2).get_attribute("aria-pressed") == "true"


def test_letters_that_it_does_not_know_are_named(opened):
    opened.get_by_role("textbox", name="Type here").fill("näh, nä!")
    assert opened.get_by_text("Not among its letters, read as another: ä").is_visible()


def test_one_sentence_says_what_is_there(opened, widget):
    opened.get_by_role("slider", name="feature").press("ArrowLeft")
    opened.wait_for_timeout(600)
    said = opened.get_by_role("status").first.text_content()
    assert said.startswith("Feature 19 is on at ")
    assert "of your sentence." in said


def test_it_lives_in_a_page_that_nobody_sees(page, show, widget):
    page.evaluate(
        """Object.defineProperty(document, "hidden", { value: true });
        self.requestAnimationFrame = () => 0;"""
    )
    widget.feature, widget.text = 20, SENTENCES[0]
    show(widget)
    z = widget.strengths(SENTENCES[0]) / widget._strongest
    assert_shares(page.locator(".echo .lit"), z[:, 20])


def test_it_fits_on_a_phone(opened):
    opened.set_viewport_size({"width": 360, "height": 700})
    assert opened.evaluate("document.documentElement.scrollWidth") <= 360


def test_python_is_heard_and_nothing_is_left_behind(opened, widget):
    opened.evaluate("model.set('text', 'a (b')")
    assert opened.get_by_role("textbox", name="Type here").input_value() == "a (b"
    before = opened.evaluate("model.listeners.length")
    assert before > 0
    opened.evaluate("close_widget()")
    assert opened.evaluate("model.listeners.length") == 0
