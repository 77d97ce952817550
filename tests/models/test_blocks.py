"""The pieces that networks are made of: shapes, how they begin, what they ignore."""

import pytest
import torch
from torch import nn

from aelib.models.blocks import picture_network


@pytest.mark.parametrize("size", [(8, 8), (12, 20), (32, 4)])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_picture_network_takes_every_size_and_answers_with_it(size, channels):
    network = picture_network(fold=4, width=5, depth=3, channels=channels)
    assert network(torch.rand(2, channels, *size)).shape == (2, channels, *size)


@pytest.mark.parametrize("depth", [2, 3, 5])
def test_it_has_as_many_convolutions_as_asked_for_and_ends_with_one(depth):
    layers = list(picture_network(fold=2, width=7, depth=depth))
    assert sum(isinstance(layer, nn.Conv2d) for layer in layers) == depth
    assert sum(isinstance(layer, nn.ReLU) for layer in layers) == depth - 1
    assert isinstance(layers[-2], nn.Conv2d)  # its answers may be negative


def test_it_begins_by_ignoring_its_input():
    network = picture_network(fold=2, width=7)
    a, b = network(torch.rand(1, 3, 8, 8)), network(torch.rand(1, 3, 8, 8))
    torch.testing.assert_close(a, b)
    assert a.abs().max() < 0.2


def test_a_patch_is_answered_as_within_the_whole_away_from_its_border():
    torch.manual_seed(0)
    network = picture_network(fold=2, width=7, depth=3)
    nn.init.normal_(network[-2].weight, std=0.1)
    whole = torch.rand(1, 3, 40, 40)
    patch = whole[..., 4:36, 4:36]
    inner = network(patch)[..., 6:-6, 6:-6]  # three convolutions reach three folded pixels far
    torch.testing.assert_close(inner, network(whole)[..., 10:30, 10:30], atol=1e-5, rtol=1e-4)
    assert inner.std() > 0.01
