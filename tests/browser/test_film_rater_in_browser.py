"""The film rater under hands and keys."""

import numpy as np
import pytest
import torch
from torch import nn

from aelib.widgets import FilmRater

TITLES = [f"Film {i}" for i in range(60)]


@pytest.fixture
def rater():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(60, 16), nn.Tanh(), nn.Linear(16, 60)).eval()
    return FilmRater(network, TITLES, [3, 5, 7], np.arange(1, 61), stars=[4, 0, 0])


def recommended(page):
    return page.locator("ol li").all_text_contents()


def test_the_browser_ranks_as_python_does(show, rater):
    page = show(rater)
    assert recommended(page) == [TITLES[film] for film in rater.top]
    page.get_by_role("slider", name="Film 5").focus()
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    page.get_by_role("slider", name="Film 7").focus()
    page.keyboard.press("End")
    page.wait_for_timeout(150)
    stars = page.evaluate("model.get('stars')")
    assert stars == [4, 3.5, 5]
    rater.stars = stars
    assert recommended(page) == [TITLES[film] for film in rater.top]


def test_the_second_slider_takes_blockbusters_away(show, rater):
    page = show(rater)
    page.get_by_role("slider", name="fewer blockbusters").focus()
    page.keyboard.press("End")
    rater.balance = 1.0
    assert recommended(page) == [TITLES[film] for film in rater.top]


def test_a_slider_says_stars_or_not_seen(show, rater):
    page = show(rater)
    slider = page.get_by_role("slider", name="Film 3")
    assert slider.get_attribute("aria-valuetext") == "4.0 ★"
    page.get_by_role("button", name="forget all").click()
    assert slider.get_attribute("aria-valuetext") == "not seen"
    assert page.evaluate("model.get('stars')") == [0, 0, 0]


class Noisy(nn.Module):
    """What a recorder cannot take down; the noise is too small to change a rank."""

    def forward(self, x):
        return x + 1e-6 * torch.rand_like(x)


def test_a_kernel_ranks_and_a_quiet_line_says_why(show):
    network = nn.Sequential(nn.Linear(60, 16), Noisy(), nn.Linear(16, 60)).eval()
    rater = FilmRater(network, TITLES, [3, 5, 7], np.arange(1, 61), stars=[4, 0, 0])
    page = show(rater)
    reason = "Network: by the kernel, because it draws random numbers."
    assert page.locator(".where").all_inner_texts() == [reason]
    page.evaluate("model.set('stars', [0, 2, 5])")
    rater.stars = [0, 2, 5]
    page.wait_for_timeout(300)
    assert recommended(page) == [TITLES[film] for film in rater.top]


def test_python_can_set_the_stars(show, rater):
    page = show(rater)
    page.evaluate("model.set('stars', [0, 0, 5])")
    rater.stars = [0, 0, 5]
    assert recommended(page) == [TITLES[film] for film in rater.top]
    page.wait_for_timeout(500)
    status = page.get_by_role("status").first
    assert status.text_content().startswith("recommended first: Film")
    assert status.evaluate("node => getComputedStyle(node).opacity") == "0"  # the list shows it


def test_on_a_phone_half_a_star_is_a_step_that_a_finger_can_make(show, page, rater):
    page.set_viewport_size({"width": 360, "height": 740})
    show(rater)
    for row in page.locator(".slider").all():
        title, bar, value = (row.locator("> *").nth(i).bounding_box() for i in range(3))
        assert bar["width"] >= 10 * 24
        assert bar["y"] >= title["y"] + title["height"] - 1  # below its title, and below its value
        assert title["x"] + title["width"] <= value["x"]


@pytest.mark.parametrize("width", [320, 360, 520, 640, 700, 740, 768, 800, 900, 1000])
def test_nothing_sticks_out_at_any_width(show, page, rater, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate("document.body.style.margin = 0")
    show(rater)
    edge = page.locator(".aelib-widget").bounding_box()
    for each in page.locator(".controls, .slider, .value, .ranking").all():
        box = each.bounding_box()
        assert box["x"] + box["width"] <= edge["x"] + edge["width"] + 0.5
