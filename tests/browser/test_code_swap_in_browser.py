"""The code swap under hands and keys."""

import numpy as np
import pytest
import torch

import aelib
from aelib.widgets import CodeSwap

RED = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return Array.from({ length: data.length / 4 }, (_, i) => data[4 * i]);
}"""


LOOKS = np.random.default_rng(1).random((6, 5, 4))


@pytest.fixture
def swap():
    torch.manual_seed(0)
    model = aelib.VQVAE(n_codes=6, width=4).eval()
    codes = np.random.default_rng(0).integers(0, 6, (3, 49))
    return CodeSwap(model.decoder, 3 * model.codebook, codes, LOOKS)


class Noisy(torch.nn.Module):
    """What a recorder cannot take down; the noise is too small to be seen."""

    def forward(self, x):
        return x + 1e-6 * torch.rand_like(x)


def drawn(page):
    return np.array(page.locator(".board canvas").evaluate(RED))


def expected(swap, codes):
    return 255 * (1 - swap.draw([codes])[0])


def state(page):
    return page.evaluate("[model.get('place'), model.get('codes')]")


def test_the_browser_draws_what_python_draws(show, swap):
    page = show(swap)
    assert np.abs(drawn(page) - expected(swap, swap.codes)).max() <= 1


def test_keys_choose_a_place_and_an_entry(show, swap):
    page = show(swap)
    page.get_by_role("slider", name="place, row").focus()
    for key in ("ArrowUp", "ArrowUp", "ArrowLeft"):
        page.keyboard.press(key)
    assert state(page)[0] == 1 * 7 + 2
    old = state(page)[1][9]
    page.get_by_role("radio", name=f"entry {old}").focus()
    page.keyboard.press("ArrowRight")
    place, codes = state(page)
    assert (place, codes[9]) == (9, (old + 1) % 6)
    assert sum(a != b for a, b in zip(codes, swap.codes, strict=True)) == 1
    assert np.abs(drawn(page) - expected(swap, codes)).max() <= 1
    page.wait_for_timeout(500)
    words = f"row 2, column 3: entry {codes[9]}; 1 of 49 swapped"
    assert page.get_by_role("status").text_content() == words


def test_the_mark_stops_at_the_edge(show, swap):
    page = show(swap)
    page.get_by_role("slider", name="place, column").focus()
    for _ in range(9):
        page.keyboard.press("ArrowRight")
    assert state(page)[0] == 3 * 7 + 6
    page.keyboard.press("Home")
    assert state(page)[0] == 3 * 7


def test_a_click_on_the_picture_chooses_a_place(show, swap):
    page = show(swap)
    box = page.locator(".board canvas").bounding_box()
    page.mouse.click(box["x"] + 0.5 / 7 * box["width"], box["y"] + 6.5 / 7 * box["height"])
    assert state(page)[0] == 6 * 7


def test_another_digit_and_back(show, swap):
    page = show(swap)
    page.get_by_role("button", name="another digit").click()
    second = state(page)[1]
    assert second == swap._examples[1]
    page.get_by_role("radio", name=f"entry {(second[24] + 1) % 6}").check(force=True)
    assert state(page)[1] != second
    page.get_by_role("button", name="start again").click()
    assert state(page)[1] == second


def test_python_can_set_both(show, swap):
    page = show(swap)
    page.evaluate("model.set('codes', Array(49).fill(2)); model.set('place', 48)")
    assert np.abs(drawn(page) - expected(swap, [2] * 49)).max() <= 1
    assert page.get_by_role("radio", name="entry 2").is_checked()
    page.wait_for_timeout(500)
    assert page.get_by_role("status").text_content().startswith("row 7, column 7: entry 2")


def test_a_kernel_draws_and_a_quiet_line_says_why(show):
    model = aelib.VQVAE(n_codes=6, width=4).eval()
    decoder = torch.nn.Sequential(Noisy(), model.decoder)
    swap = CodeSwap(decoder, 3 * model.codebook, np.zeros((1, 49), int), LOOKS)
    page = show(swap)
    reason = "Decoder: by the kernel, because it draws random numbers."
    assert page.locator(".where").all_inner_texts() == [reason]
    page.get_by_role("radio", name="entry 3").check(force=True)
    page.wait_for_timeout(500)
    codes = state(page)[1]
    assert codes[24] == 3
    assert np.abs(drawn(page) - expected(swap, codes)).max() <= 1
    assert page.get_by_role("status").text_content().endswith("entry 3; 1 of 49 swapped")


def test_each_entry_has_its_picture(show, swap):
    page = show(swap)
    small = np.array(page.locator(".family canvas").nth(4).evaluate(RED))
    assert np.abs(small - 255 * (1 - LOOKS[4].ravel())).max() <= 1
