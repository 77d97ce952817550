"""The flow explorer under hands and keys: what it draws is what PyTorch draws."""

import numpy as np
import pytest
import torch
from torch import nn

import aelib
from aelib.widgets import FlowExplorer

INK = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return Array.from({ length: data.length / 4 }, (_, i) => 1 - data[4 * i] / 255);
}"""


@pytest.fixture
def explorer():
    torch.manual_seed(0)
    flow = aelib.VelocityNetwork(4, n_classes=3, width=24)
    decoder = nn.Sequential(nn.Linear(4, 64), nn.Sigmoid())
    return FlowExplorer(flow, decoder, torch.randn(40, 4), torch.arange(40) % 3, digit=1, steps=8)


def shown(page, number):
    return np.array(page.locator(".pictures canvas").nth(number).evaluate(INK))


def assert_as_in_python(page, explorer):
    """Both pictures, after the settings of the page were told to Python."""
    names = ("digit", "weight", "steps", "time", "noise")
    for name in names:
        setattr(explorer, name, page.evaluate(f"model.get('{name}')"))
    step = round((1 - explorer.time) * explorer.steps)
    path = explorer.path
    assert np.abs(shown(page, 0) - explorer.draw(path[[step]])[0]).max() < 0.5 / 255 + 1.1e-3
    answer = path[step]
    if step < explorer.steps:
        velocity = (path[step] - path[step + 1]) * explorer.steps
        answer = path[step] - (1 - step / explorer.steps) * velocity
    assert np.abs(shown(page, 1) - explorer.draw(answer[None])[0]).max() < 0.5 / 255 + 2e-3


@pytest.mark.parametrize("width", [360, 840])
def test_ten_classes_stand_in_two_rows_of_five(show, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    flow = aelib.VelocityNetwork(4, n_classes=10, width=24)
    decoder = nn.Sequential(nn.Linear(4, 64), nn.Sigmoid())
    show(FlowExplorer(flow, decoder, torch.randn(40, 4), torch.arange(40) % 10))
    buttons = [page.get_by_role("button", name=f"class {y}") for y in range(10)]
    tops = [each.bounding_box()["y"] for each in buttons]
    assert [tops.count(top) for top in dict.fromkeys(tops)] == [5, 5]


def test_the_browser_walks_as_python_walks(show, explorer):
    page = show(explorer)
    assert_as_in_python(page, explorer)


def test_time_guidance_class_and_steps_are_moved_by_keys_and_buttons(show, explorer):
    page = show(explorer)
    page.get_by_role("slider", name="time").focus()
    for _ in range(8):
        page.keyboard.press("ArrowLeft")
    assert page.evaluate("model.get('time')") == pytest.approx(0.25)
    assert_as_in_python(page, explorer)
    page.get_by_role("slider", name="guidance").focus()
    page.keyboard.press("PageUp")
    assert page.evaluate("model.get('weight')") == pytest.approx(1.6)
    page.get_by_role("button", name="class 2").click()
    page.get_by_label("steps").select_option("4")
    assert page.evaluate("[model.get('digit'), model.get('steps')]") == [2, 4]
    assert_as_in_python(page, explorer)
    pressed = page.locator("button[aria-pressed=true]").all_text_contents()
    assert pressed == ["2"]


def test_new_noise_begins_elsewhere_and_any_class_asks_for_none(show, explorer):
    page = show(explorer)
    before = page.evaluate("model.get('noise')")
    page.get_by_role("button", name="new noise").click()
    page.get_by_role("button", name="any class").click()
    after = page.evaluate("model.get('noise')")
    assert len(after) == 4
    assert all(a != b for a, b in zip(after, before, strict=True))
    assert page.evaluate("model.get('digit')") == -1
    assert page.get_by_role("slider", name="guidance").is_disabled()
    assert_as_in_python(page, explorer)


def test_the_path_is_drawn_on_the_map_and_said_in_words(show, explorer):
    page = show(explorer)
    drawn = page.locator(".plane .way").evaluate(
        "(c) => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((v) => v)"
    )
    assert drawn
    page.get_by_role("slider", name="time").focus()
    page.keyboard.press("Home")
    page.wait_for_timeout(500)
    assert (
        page.get_by_role("status")
        .first.text_content()
        .startswith("step 0 of 8, class 1, guidance 1.0: it ")
    )
