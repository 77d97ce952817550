"""The flow explorer in Python: what it walks, sends, refuses and leaves as a still picture."""

import base64
from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import aelib
from aelib.widgets import FlowExplorer


@pytest.fixture
def flow():
    torch.manual_seed(0)
    return aelib.VelocityNetwork(4, n_classes=3, width=12)


@pytest.fixture
def decoder():
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(4, 64), nn.Sigmoid())


@pytest.fixture
def codes():
    return torch.randn(30, 4, generator=torch.Generator().manual_seed(2))


@pytest.fixture
def explorer(flow, decoder, codes):
    return FlowExplorer(flow, decoder, codes, torch.arange(30) % 3, digit=2, steps=8)


@pytest.mark.parametrize(("weight", "digit"), [(0, 1), (1, 1), (2.5, 0), (2.5, -1)])
def test_its_path_is_that_of_euler_and_guided(explorer, flow, weight, digit):
    explorer.weight, explorer.digit = weight, digit
    noise = torch.tensor(explorer.noise)[None]
    told = aelib.guided(flow, torch.tensor([digit]), weight) if digit >= 0 else flow
    expected = aelib.euler(told, noise, 8)[:, 0]
    np.testing.assert_allclose(explorer.path, expected, atol=1e-6)


def test_codes_are_drawn_with_the_mean_and_the_scale_that_were_taken_away(flow, decoder, codes):
    mean, scale = torch.tensor([1.0, 2.0, 3.0, 4.0]), 5.0
    explorer = FlowExplorer(flow, decoder, codes, mean=mean, scale=scale)
    with torch.no_grad():
        expected = decoder(codes * scale + mean)
    np.testing.assert_allclose(explorer.draw(codes), expected, atol=1e-6)


def test_both_networks_go_to_the_browser(explorer):
    assert explorer.where == "browser"
    assert explorer._flow["steps"]
    assert (
        0
        < len(explorer._flow_weights)
        <= 4 * sum(p.numel() for p in explorer._velocity.parameters())
    )


def test_a_flow_trained_further_is_sent_again(explorer, flow):
    before = explorer._flow_weights
    with torch.no_grad():
        flow.layers[0].weight.add_(0.1)
    explorer._repr_mimebundle_()
    assert explorer._flow_weights != before


def test_the_still_picture_has_a_column_for_each_class_and_rows_from_noise_to_the_end(explorer):
    data, metadata = explorer._repr_mimebundle_()
    assert "for each of 3 classes" in metadata["image/png"]["alt"]
    assert "0, 2, 4, 6, 8 of 8 steps" in metadata["image/png"]["alt"]
    still = Image.open(BytesIO(base64.b64decode(data["image/png"])))
    assert still.size == (3 * 2 * 10, 5 * 2 * 10)


def test_a_flow_without_classes_is_shown_too(decoder, codes):
    explorer = FlowExplorer(aelib.VelocityNetwork(4, width=8), decoder, codes)
    assert repr(explorer) == "FlowExplorer(4 numbers, 0 classes)"
    assert "without a class" in explorer._repr_mimebundle_()[1]["image/png"]["alt"]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"digit": 3}, r"digit must lie in -1..2, not 3"),
        ({"weight": -0.5}, r"weight must lie in 0..6"),
        ({"time": 2}, r"time must lie in 0..1"),
        ({"steps": 3}, r"steps must be one of 1, 2, 4, 8, 16, 32, not 3"),
        ({"noise": [1, 2]}, r"noise takes 4 numbers"),
        ({"codes": torch.zeros(30, 5)}, r"codes must be \(N, 4\), two or more, not \(30, 5\)"),
        ({"codes": torch.full((30, 4), torch.nan)}, "codes holds NaN"),
        ({"y": [0, 1]}, "y has 2 classes for 30 codes"),
        ({"decoder": nn.Linear(4, 60)}, "answers with 60 numbers, no square"),
    ],
)
def test_what_does_not_fit_is_refused(flow, decoder, codes, settings, sentence):
    given = {"decoder": decoder, "codes": codes, "y": None} | settings
    with pytest.raises(ValueError, match=sentence):
        FlowExplorer(flow, given.pop("decoder"), given.pop("codes"), given.pop("y"), **given)


def test_another_network_is_refused_with_the_name_of_the_right_one(decoder, codes):
    with pytest.raises(TypeError, match=r"must be a VelocityNetwork, not Linear.*flow_loss"):
        FlowExplorer(nn.Linear(4, 4), decoder, codes)
