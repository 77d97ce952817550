"""Rare things in two numbers: what the explorer trains, and the network it is said to be."""

import base64
from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image

from aelib.engine.random import key, uniform
from aelib.widgets import SuperpositionExplorer
from aelib.widgets.arranged import _first


def by_pytorch(things, p, importance, seed):
    """The same network trained by PyTorch's own gradients and its own Adam."""
    weight = importance ** torch.arange(things, dtype=torch.double)
    u = torch.tensor(uniform(key(seed, 1), np.arange(4096 * things))).reshape(4096, things)
    x = torch.where(u < p, u / p, 0.0)
    tried = []
    for start in range(6):
        w = torch.tensor(_first(seed, start, things))
        a = w[: 2 * things].reshape(things, 2).requires_grad_()
        b = torch.zeros(things, dtype=torch.double, requires_grad=True)

        def loss(rows, a=a, b=b):
            return (weight * (torch.relu(rows @ a @ a.T + b) - rows) ** 2).sum(dim=1).mean()

        adam = torch.optim.Adam([a, b], lr=0.05)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(adam, 300)
        for step in range(300):
            adam.zero_grad()
            loss(x.roll(-128 * step, 0)[:128]).backward()
            adam.step()
            schedule.step()
        tried.append((loss(x).item(), a.detach().numpy()))
    lost, arrows = min(tried, key=lambda pair: pair[0])
    return lost / (weight @ x.var(dim=0, correction=0)).item(), arrows


@pytest.mark.parametrize(
    ("things", "p", "importance", "seed"), [(5, 0.05, 1.0, 0), (5, 0.3, 0.8, 1), (3, 1.0, 0.6, 2)]
)
def test_it_trains_the_network_that_it_says(things, p, importance, seed):
    explorer = SuperpositionExplorer(things=things, p=p, importance=importance, seed=seed)
    lost, arrows = by_pytorch(things, p, importance, seed)
    assert explorer.lost == pytest.approx(lost, abs=1e-6)
    turned = explorer.arrows  # a turn and a mirror leave all products as they are
    assert np.allclose(turned @ turned.T, arrows @ arrows.T, atol=1e-4)


def angles(explorer):
    """Degrees between neighbours among the arrows longer than one half."""
    long = explorer.arrows[np.linalg.norm(explorer.arrows, axis=1) > 0.5]
    at = np.sort(np.degrees(np.arctan2(long[:, 1], long[:, 0])))
    return np.diff(np.append(at, at[0] + 360))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("p", "importance", "expected"),
    [(0.05, 1.0, [72] * 5), (0.5, 1.0, [90] * 4), (0.3, 0.7, [90] * 4), (1.0, 0.7, [90, 270])],
)
def test_rare_things_make_a_pentagon_and_frequent_ones_are_given_up(seed, p, importance, expected):
    explorer = SuperpositionExplorer(p=p, importance=importance, seed=seed)
    assert np.sort(angles(explorer)) == pytest.approx(expected, abs=6)


def test_the_first_long_arrow_points_up_and_the_next_to_the_right():
    arrows = SuperpositionExplorer(p=0.05).arrows
    assert arrows[0] == pytest.approx([0, np.linalg.norm(arrows[0])], abs=1e-9)
    assert arrows[1, 0] > 0


def long_arrows(**settings):
    return int((np.linalg.norm(SuperpositionExplorer(**settings).arrows, axis=1) > 0.5).sum())


def test_lesson_17_reads_the_sliders_right():
    assert [long_arrows(p=p) for p in (0.5, 0.2)] == [4, 5]
    assert [long_arrows(p=p, importance=0.7) for p in (0.5, 0.1, 0.04)] == [3, 4, 5]
    assert [long_arrows(p=p, importance=0.5) for p in (0.1, 0.05, 0.02)] == [4, 4, 4]


def test_what_is_given_up_is_what_counts_least():
    arrows = SuperpositionExplorer(p=1.0, importance=0.6).arrows
    assert (np.linalg.norm(arrows, axis=1) > 0.5).tolist() == [True, True, False, False, False]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"p": 0.0}, r"p must lie in 0.02..1, not 0"),
        ({"importance": 2.0}, r"importance must lie in 0.5..1"),
        ({"things": 9}, r"things must lie in 2..8"),
        ({"seed": -1}, r"seed must lie in 0"),
    ],
)
def test_a_setting_out_of_range_is_refused(settings, words):
    with pytest.raises(ValueError, match=words):
        SuperpositionExplorer(**settings)


def test_an_unknown_word_is_refused():
    with pytest.raises(TypeError, match="sparsity"):
        SuperpositionExplorer(sparsity=0.5)


def test_its_still_picture_tells_what_is_in_it():
    explorer = SuperpositionExplorer(p=0.05)
    data, metadata = explorer._repr_mimebundle_()
    assert Image.open(BytesIO(base64.b64decode(data["image/png"]))).size == (240, 240)
    assert "5 arrows" in metadata["image/png"]["alt"]
    assert "5 are longer than one half" in metadata["image/png"]["alt"]
    assert repr(explorer) == data["text/plain"] == "SuperpositionExplorer(5 things in 2 numbers)"
