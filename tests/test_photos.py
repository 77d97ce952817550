"""Whole photographs in colour: the same checked pixels at every call."""

import numpy as np
import pytest
import torch
from torch import nn

import aelib
from aelib import DataError, data
from aelib.blocks import picture_network

NAMES = ["astronaut", "chelsea", "coffee", "motorcycle_left", "rocket"]


def test_there_are_five_photographs_of_red_green_and_blue():
    photos = aelib.load_photos()
    assert list(photos) == NAMES
    for photo in photos.values():
        assert photo.ndim == 3
        assert photo.shape[0] == 3
        assert photo.dtype == torch.float32
        assert photo.min() >= 0
        assert photo.max() <= 1
        assert photo.is_contiguous()


def test_whole_they_are_what_scikit_image_shows():
    from skimage import data as shown

    for name, photo in aelib.load_photos(shrink=1).items():
        pixels = shown.stereo_motorcycle()[0] if "motor" in name else getattr(shown, name)()
        expected = torch.from_numpy(pixels).permute(2, 0, 1) / 255
        torch.testing.assert_close(photo, expected, atol=1e-6, rtol=0)


@pytest.mark.parametrize("shrink", [2, 3, 7])
def test_a_pixel_is_the_mean_of_a_square(shrink):
    whole, small = aelib.load_photos(shrink=1), aelib.load_photos(shrink=shrink)
    for name in NAMES:
        expected = torch.nn.functional.avg_pool2d(whole[name][None], shrink)[0]
        torch.testing.assert_close(small[name], expected, atol=1e-6, rtol=0)


def test_the_same_at_every_call_and_no_view_of_the_last():
    first, second = aelib.load_photos(), aelib.load_photos()
    first["coffee"].zero_()
    assert second["coffee"].max() > 0.5
    assert torch.equal(second["coffee"], aelib.load_photos()["coffee"])


@pytest.mark.parametrize("shrink", [0, -1, 65, 1.5, "2", True, None, np.nan])
def test_impossible_shrinking(shrink):
    with pytest.raises(ValueError, match="shrink must be a whole number from 1 to 64"):
        aelib.load_photos(shrink)


@pytest.mark.parametrize("name", ["astronaut.png", "rocket.jpg"])
def test_a_missing_or_altered_photograph_is_named(tmp_path, monkeypatch, name):
    real = data._scikit_image_dir()
    for path in [*real.glob("*.png"), *real.glob("*.jpg")]:
        (tmp_path / path.name).symlink_to(path)
    monkeypatch.setattr(data, "_scikit_image_dir", lambda: tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(DataError, match=rf"{name} cannot be read.*Install scikit-image again"):
        aelib.load_photos()
    (tmp_path / name).write_bytes(b"no picture")
    with pytest.raises(DataError, match=rf"{name} is not the published file"):
        aelib.load_photos()


# --- The network that runs on them --------------------------------------------------------------


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
