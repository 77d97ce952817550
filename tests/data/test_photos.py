"""Whole photographs in colour: the same checked pixels at every call."""

import numpy as np
import pytest
import torch

import aelib
from aelib import DataError
from aelib.data import files, photos

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
    real = files._scikit_image_dir()
    for path in [*real.glob("*.png"), *real.glob("*.jpg")]:
        (tmp_path / path.name).symlink_to(path)
    monkeypatch.setattr(files, "_scikit_image_dir", lambda: tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(DataError, match=rf"{name} cannot be read.*Install scikit-image again"):
        aelib.load_photos()
    (tmp_path / name).write_bytes(b"no picture")
    with pytest.raises(DataError, match=rf"{name} is not the published file"):
        aelib.load_photos()


# --- Patches -----------------------------------------------------------------------------------


def test_altered_photograph(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "_scikit_image_dir", lambda: tmp_path)
    photos._half_size_photo.cache_clear()
    (tmp_path / "camera.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"camera\.png is not the published file"):
        aelib.photo_patches(5, photos=["camera"])


def test_patches_have_the_promised_shapes_and_types():
    x = aelib.photo_patches(50)
    assert x.shape == (50, 784)
    assert x.dtype == torch.float32
    assert x.min() >= 0
    assert x.max() <= 1
    assert aelib.photo_patches(3, size=11).shape == (3, 121)


@pytest.mark.parametrize("name", photos.PHOTOS)
def test_patches_are_pieces_of_the_grey_photograph_at_half_size(name):
    from skimage.color import rgb2gray
    from skimage.io import imread
    from skimage.transform import downscale_local_mean

    photo = imread(files._scikit_image_dir() / f"{name}.png") / 255
    grey = rgb2gray(photo) if photo.ndim == 3 else photo
    height, width = (side // 2 * 2 for side in grey.shape)
    half = downscale_local_mean(grey[:height, :width], (2, 2))
    windows = np.lib.stride_tricks.sliding_window_view(half, (28, 28))
    for patch in aelib.photo_patches(2, photos=[name]).reshape(-1, 28, 28).numpy():
        top, left = np.argwhere(np.abs(windows[:, :, 3, 5] - patch[3, 5]) < 1e-6).T
        assert np.abs(windows[top, left] - patch).max(axis=(1, 2)).min() < 1e-5


def test_patches_follow_the_seed_and_few_are_the_first_of_many():
    many = aelib.photo_patches(100, seed=3)
    assert torch.equal(many, aelib.photo_patches(100, seed=3))
    assert torch.equal(many[:10], aelib.photo_patches(10, seed=3))
    assert not torch.equal(many, aelib.photo_patches(100, seed=4))


def test_patches_of_other_photographs_are_other_patches():
    a = aelib.photo_patches(200, photos=photos.PHOTOS[:3])
    b = aelib.photo_patches(200, photos=photos.PHOTOS[3:])
    assert torch.cdist(a, b).min() > 0


@pytest.mark.parametrize("names", [[], "camera", ["camera", "skin"], ["camera.png"]])
def test_unknown_photographs(names):
    with pytest.raises(ValueError, match="photos must be a list of names out of"):
        aelib.photo_patches(5, photos=names)


@pytest.mark.parametrize("n", [0, -1, True, 2.5, "10", None, float("nan"), 100_001])
def test_impossible_numbers_of_patches(n):
    with pytest.raises(ValueError, match="n must be a whole number from 1 to 100,000"):
        aelib.photo_patches(n)


@pytest.mark.parametrize("seed", [-1, True, 2.5, "10", None])
def test_impossible_seeds_of_patches(seed):
    with pytest.raises(ValueError, match="seed must be a whole number from 0"):
        aelib.photo_patches(5, seed=seed)


@pytest.mark.parametrize("size", [0, 151, 2.5])
def test_impossible_patch_sizes(size):
    with pytest.raises(ValueError, match="size must be a whole number from 1 to 150"):
        aelib.photo_patches(5, size=size)


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
