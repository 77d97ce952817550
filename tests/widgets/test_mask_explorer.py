"""Hiding patches: what the widget sends, shows and refuses."""

import zlib

import numpy as np
import pytest
import torch

import aelib
from aelib.models.masked import together
from aelib.widgets import MaskExplorer


@pytest.fixture
def model():
    torch.manual_seed(0)
    model = aelib.MaskedAutoencoder(7, width=8).eval()
    for weight in model.parameters():
        weight.data += 0.3 * torch.randn_like(weight)
    return model


@pytest.fixture
def digits():
    library, _, x, _ = aelib.load_mnist(40, 6)
    return x, library


@pytest.fixture
def explorer(model, digits):
    return MaskExplorer(model, *digits, k=3)


def test_the_browser_runs_the_network(explorer):
    assert explorer.where == "browser"
    assert len(explorer._weights) > 1000


@pytest.mark.parametrize("shown", [[], [5], [0, 3, 9, 14], list(range(16))])
def test_it_fills_as_the_model_does_for_any_number_of_visible_patches(
    model, digits, explorer, shown
):
    explorer.visible = [float(place in shown) for place in range(16)]
    explorer.example = 2
    x = digits[0][2:3]
    filled = explorer.fill()["network"]
    if shown:
        with torch.no_grad():
            drawn = model(x, torch.tensor([shown]))[0].numpy()
        seen = np.asarray(explorer.visible)
        marks = torch.from_numpy(seen).float()[None, :, None].expand(1, 16, 49)
        pixels = together(marks, 7)[0].numpy()
        expected = x[0].numpy() * pixels + drawn * (1 - pixels)
        np.testing.assert_allclose(filled, expected, atol=1e-5)
    assert np.isfinite(filled).all()


def test_neighbours_are_nearest_in_what_is_visible(digits, explorer):
    explorer.visible = [1.0] * 8 + [0.0] * 8  # the upper half
    x, library = digits
    levels = (library * 15).round() / 15
    nearest = ((levels - x[0])[:, :392] ** 2).sum(dim=1).topk(3, largest=False).indices
    expected = torch.cat([x[0, :392], levels[nearest].mean(dim=0)[392:]])
    np.testing.assert_allclose(explorer.fill()["neighbours"], expected, atol=1e-6)


def test_with_all_hidden_the_rival_is_the_mean_of_the_library(digits, explorer):
    explorer.visible = [0] * 16
    levels = (digits[1] * 15).round() / 15
    np.testing.assert_allclose(explorer.fill()["neighbours"], levels.mean(dim=0), atol=1e-6)


def test_with_nothing_hidden_both_show_the_digit(digits, explorer):
    explorer.visible = [1] * 16
    for filled in explorer.fill().values():
        np.testing.assert_allclose(filled, digits[0][0], atol=1e-6)


def test_a_quarter_is_visible_at_first(explorer):
    assert sum(explorer.visible) == 4


def test_the_library_travels_small(explorer, digits):
    sent = np.frombuffer(zlib.decompress(explorer._library), np.uint8)
    assert sent.max() <= 15
    assert len(explorer._library) < 200 * len(digits[1])


def test_a_still_picture_stays_and_says_what_it_shows(explorer):
    png, text = explorer._still()
    assert png.startswith(b"\x89PNG")
    assert "12 of 16 patches hidden" in text
    assert repr(explorer) == "MaskExplorer(16 patches, 6 digits)"


def test_what_does_not_fit_is_refused(model, digits, explorer):
    x, library = digits
    with pytest.raises(ValueError, match="must be a MaskedAutoencoder, not Autoencoder"):
        MaskExplorer(aelib.Autoencoder(2), x, library)
    with pytest.raises(ValueError, match="k must be a whole number from 1 to 40"):
        MaskExplorer(model, x, library, k=41)
    with pytest.raises(ValueError, match="visible must hold 1"):
        explorer.visible = [0.5] * 16
    with pytest.raises(ValueError, match="takes 16 numbers"):
        explorer.visible = [1] * 4
    with pytest.raises(ValueError, match=r"must lie in 0..5"):
        explorer.example = 6
