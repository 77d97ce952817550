"""Whole photographs in colour: the same checked pixels at every call."""

import numpy as np
import pytest
import torch
from torch import nn

import aelib
from aelib import DataError
from aelib.data import mnist, photos
from aelib.models.blocks import picture_network

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
    real = mnist._scikit_image_dir()
    for path in [*real.glob("*.png"), *real.glob("*.jpg")]:
        (tmp_path / path.name).symlink_to(path)
    monkeypatch.setattr(mnist, "_scikit_image_dir", lambda: tmp_path)
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


# What lesson 11 does to photographs


def test_trimmed_cuts_only_what_is_left_over():
    photo = torch.rand(3, 17, 24)
    assert torch.equal(photos.trimmed(photo), photo[:, :16])


def test_grey_is_the_brightness_three_times():
    red = torch.tensor([0.5, 0.0, 0.0]).reshape(3, 1, 1).expand(3, 4, 5)
    torch.testing.assert_close(photos.grey(red), torch.full((3, 4, 5), 0.5 * 0.299))
    same = torch.full((3, 4, 5), 0.7)
    torch.testing.assert_close(photos.grey(same), same)


def test_an_image_and_a_photograph_change_into_each_other():
    photo = torch.randint(256, (3, 5, 7)) / 255
    assert photos.as_image(photo).size == (7, 5)  # Pillow: width first
    torch.testing.assert_close(photos.as_photo(photos.as_image(photo)), photo)


def test_enlarged_keeps_the_size_and_an_even_surface_and_loses_detail():
    even = torch.full((3, 16, 24), 0.4)
    torch.testing.assert_close(photos.enlarged(even, 4), even)
    stripes = torch.arange(24).remainder(2).float().expand(3, 16, 24)
    assert photos.enlarged(stripes, 4).std() < 0.2 * stripes.std()


def test_enlarged_takes_pillows_names():
    photo = torch.rand(3, 16, 16)
    nearest = photos.enlarged(photo, 2, "NEAREST")
    assert torch.equal(nearest[:, ::2, ::2], nearest[:, 1::2, 1::2])
    with pytest.raises(KeyError):
        photos.enlarged(photo, 2, "LONGEST")


def test_patches_are_cut_from_both_of_a_pair_at_the_same_place():
    wide, tall = torch.rand(3, 40, 90), torch.rand(3, 70, 50)
    pairs = [torch.stack([photo, photo + 1]) for photo in (wide, tall)]
    patches = photos.cut(pairs, 30, size=8)
    assert patches.shape == (30, 2, 3, 8, 8)
    torch.testing.assert_close(patches[:, 1], patches[:, 0] + 1)
    assert torch.equal(patches, photos.cut(pairs, 30, size=8))
    assert not torch.equal(patches, photos.cut(pairs, 30, seed=1, size=8))
    found = [any(is_part(patch[0], photo) for patch in patches) for photo in (wide, tall)]
    assert found == [True, True]
    assert all(is_part(patch[0], wide) or is_part(patch[0], tall) for patch in patches)


def is_part(patch, photo):
    side = patch.shape[-1]
    windows = photo.unfold(1, side, 1).unfold(2, side, 1).permute(1, 2, 0, 3, 4)
    return (windows == patch).flatten(2).all(dim=-1).any().item()
