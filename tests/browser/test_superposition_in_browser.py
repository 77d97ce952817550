"""The superposition explorer in a page: the numbers of NumPy, under hands and keys."""

import numpy as np
import pytest

from aelib.widgets import SuperpositionExplorer
from aelib.widgets.arranged import arrange
from aelib.widgets.base import module

TRAINED = """async ([source, settings]) => {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const { arranging } = await import(url);
  const steps = arranging(settings);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}"""
SWEPT = "document.querySelectorAll('circle.learned').length === 21"


def says(page, words):
    """Wait until the line of figures says so."""
    line = page.locator(".figures")  # its words are said out of sight as well, now and then first
    line.filter(has_text=words).wait_for()
    return line.text_content().replace("\xa0%", " %")  # a number keeps its sign


@pytest.fixture
def explorer():
    return SuperpositionExplorer(p=0.5)


@pytest.mark.parametrize(
    ("things", "p", "importance", "seed"),
    [(5, 0.05, 1.0, 0), (5, 0.5, 0.9, 3), (8, 0.02, 1.0, 1), (2, 1.0, 0.5, 2**31 - 1)],
)
def test_the_page_trains_what_numpy_trains(page, things, p, importance, seed):
    settings = {"things": things, "p": p, "importance": importance, "seed": seed}
    found = page.evaluate(TRAINED, [module("superposition"), settings])
    expected = arrange(**settings)
    assert np.allclose(found["arrows"], expected.arrows, atol=1e-6)
    assert found["lost"] == pytest.approx(expected.lost, abs=1e-8)


def test_a_key_makes_things_rare_and_the_arrows_a_pentagon(show, explorer):
    page = show(explorer)
    said = says(page, "p = 0.5, all count alike: 4 of 5 arrows")
    assert said.endswith("49 % of what varies is lost. Without a long arrow: 2.")
    page.get_by_role("slider", name="sparsity").focus()
    page.keyboard.press("0")  # home: 0.05
    said = says(page, "p = 0.05, all count alike: 5 of 5 arrows are longer than one half, 7")
    assert "11 % of what varies is lost." in said
    page.get_by_role("slider", name="importance").focus()
    page.keyboard.press("Home")
    assert "Without a long arrow: 5." in says(page, "each counts 0.50 times the one before: 4 of 5")
    page.get_by_role("slider", name="things").focus()
    page.keyboard.press("ArrowLeft")
    says(page, "of 4 arrows")
    assert page.evaluate("['p', 'importance', 'things'].map((name) => model.get(name))") == [
        pytest.approx(0.05),
        0.5,
        4,
    ]
    assert page.evaluate("model.saved") >= 1


def test_it_is_trained_anew_while_a_hand_drags(show, explorer):
    page = show(explorer)
    says(page, "p = 0.5,")
    box = page.get_by_role("slider", name="sparsity").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, middle, steps=20)
    says(page, "5 of 5 arrows")  # and the hand has not let go
    page.mouse.up()


def test_the_change_from_few_to_all_is_seen_beside_it(show, explorer):
    page = show(explorer)
    page.wait_for_function(SWEPT)
    curve = page.get_by_role("img", name="as p falls from 1 to 0.02").get_attribute("aria-label")
    assert "4 at 0.5" in curve
    assert curve.endswith("5 at 0.21.")  # and none is given up from there on
    arrows = page.get_by_role("img", name="Arrows in a plane").get_attribute("aria-label")
    assert arrows.count(": 1.") == 4


def test_another_seed_is_another_network(show, explorer):
    page = show(explorer)
    label = "document.querySelector('svg').getAttribute('aria-label')"
    says(page, "p = 0.5,")
    before = page.locator(".figures").text_content()
    page.get_by_role("button", name="Another seed").click()
    page.wait_for_function(
        "before => document.querySelector('.figures').textContent !== before", arg=before
    )
    assert page.evaluate("model.get('seed')") == 1
    assert "lengths" in page.evaluate(label)


def test_it_does_not_chatter(show, explorer):
    page = show(explorer)
    page.wait_for_function(SWEPT)
    page.evaluate(
        """() => {
          [window.said, window.since] = [0, performance.now()];
          const status = document.querySelector(".status");
          new MutationObserver(() => window.said++).observe(status, { childList: true });
        }"""
    )
    page.get_by_role("slider", name="sparsity").focus()
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    seconds = page.evaluate("(performance.now() - window.since) / 1000")
    assert page.evaluate("window.said") <= 1 + seconds / 2.5
    page.wait_for_function(
        """() => {
          const [status, figures] = [".status", ".figures"].map((s) => document.querySelector(s));
          return status.textContent === figures.textContent;
        }"""
    )


def test_python_moves_it_too(show, explorer):
    page = show(explorer)
    page.evaluate("model.set('p', 0.02)")
    says(page, "p = 0.02,")
    assert page.get_by_role("slider", name="sparsity").get_attribute("aria-valuetext") == "p = 0.02"


def test_it_fits_a_narrow_phone(show, page, explorer):
    page.set_viewport_size({"width": 360, "height": 700})
    show(explorer)
    says(page, "p = 0.5,")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_it_lets_go(show, explorer):
    page = show(explorer)
    page.evaluate("close_widget()")
    assert page.evaluate("model.listeners.length") == 0
