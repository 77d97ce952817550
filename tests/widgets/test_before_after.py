"""Two pictures and a divider."""

import base64
from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image
from skimage.color import deltaE_cie76, rgb2lab

from aelib.widgets import BeforeAfter

RNG = np.random.default_rng(0)
BEFORE, AFTER = RNG.random((2, 3, 12, 20))
WORDS = {"labels": ("noisy", "clean"), "alt": "Coloured squares."}


def test_the_browser_gets_every_pixel_as_webp():
    pair = BeforeAfter(BEFORE, AFTER, **WORDS)
    for sent, picture in ((pair._before, BEFORE), (pair._after, AFTER)):
        image = Image.open(BytesIO(sent))
        assert image.format == "WEBP"
        expected = (picture * 255).round().transpose(1, 2, 0)
        np.testing.assert_array_equal(np.asarray(image.convert("RGB")), expected)
    assert pair._shape == [12, 20]


def test_tensors_and_grey_pictures_are_welcome():
    pair = BeforeAfter(torch.from_numpy(BEFORE[0]), torch.from_numpy(AFTER), **WORDS)
    pixels = np.asarray(Image.open(BytesIO(pair._before)).convert("RGB"))
    assert (pixels[..., 0] == pixels[..., 2]).all()


def test_the_still_picture_shows_both_side_by_side_and_says_so():
    data, metadata = BeforeAfter(BEFORE, AFTER, **WORDS)._repr_mimebundle_()
    alt = metadata["image/png"]["alt"]
    assert alt == "Coloured squares. Two versions side by side, left noisy, right clean."
    still = Image.open(BytesIO(base64.b64decode(data["image/png"])))
    assert still.size == (2 * 20 + 8, 12 + 22)
    pixels = np.asarray(still.convert("RGB"), float)[22:] / 255
    for picture, left in ((BEFORE, 0), (AFTER, 28)):
        error = pixels[:, left : left + 20] - picture.transpose(1, 2, 0)
        assert np.abs(error).mean() < 0.08  # few colours, the same picture
    assert data["text/plain"] == "BeforeAfter(noisy | clean)"


def test_the_still_picture_keeps_pale_colours_beside_their_greys():
    """Mean distance in CIELAB: 2.4 with 256 colours, 3.6 with half as many."""
    red, green = np.meshgrid(np.linspace(0.2, 0.8, 64), np.linspace(0.3, 0.7, 48))
    blue = 0.5 + 0.1 * np.sin(9 * red + 5 * green)
    coloured = np.stack([red, green, blue])
    data, _ = BeforeAfter(coloured.mean(axis=0), coloured, **WORDS)._repr_mimebundle_()
    still = Image.open(BytesIO(base64.b64decode(data["image/png"]))).convert("RGB")
    lab = rgb2lab(np.asarray(still)[22:, 64 + 8 :])
    assert deltaE_cie76(lab, rgb2lab(coloured.transpose(1, 2, 0))).mean() < 3


@pytest.mark.parametrize("position", [-0.1, 1.01, np.nan])
def test_the_divider_stays_inside(position):
    pair = BeforeAfter(BEFORE, AFTER, **WORDS, position=0.25)
    with pytest.raises(ValueError, match=r"position must lie in \[0, 1\]"):
        pair.position = position
    assert pair.position == 0.25
    with pytest.raises(ValueError, match="position"):
        BeforeAfter(BEFORE, AFTER, **WORDS, position=position)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"after": AFTER[:, :5]}, r"before is \(12, 20\) and after \(5, 20\)"),
        (
            {"before": BEFORE.transpose(1, 2, 0)},
            r"must be \(3, H, W\) or \(H, W\), not \(12, 20, 3\)",
        ),
        ({"before": BEFORE[:, :0]}, r"must be \(3, H, W\)"),
        ({"before": BEFORE * 255}, r"usual cure: pictures / 255"),
        ({"before": BEFORE * 1.5}, r"must lie in \[0, 1\]"),
        ({"after": AFTER * np.nan}, r"finite pixels"),
        ({"labels": ("one",)}, "labels must be two different texts"),
        ({"labels": ("one", "one")}, "labels must be two different texts"),
        ({"labels": ("one", " ")}, "labels must be two different texts"),
        ({"labels": "ab"}, "labels must be two different texts"),
        ({"labels": ("one", "two", "three")}, "labels must be two different texts"),
        ({"labels": ("one", "two", "")}, "labels must be two different texts"),
        ({"labels": ("a", 1)}, r"labels must be two different texts, not \('a', 1\)"),
        ({"labels": None}, "labels must be two different texts, not None"),
        ({"alt": " "}, "need an alt text"),
        ({"alt": None}, "need an alt text"),
    ],
)
def test_what_is_no_pair_is_refused(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        BeforeAfter(**{"before": BEFORE, "after": AFTER, **WORDS, **change})


def test_pictures_from_minus_1_to_1_are_drawn_as_those_from_0_to_1():
    plain = BeforeAfter(BEFORE, AFTER, **WORDS)
    for size in ({}, {"value_range": (-1, 1)}):
        signed = BeforeAfter(2 * BEFORE - 1, 2 * AFTER - 1, **WORDS, **size)
        for image, expected in zip(signed._images, plain._images, strict=True):
            assert np.abs(np.asarray(image, int) - np.asarray(expected, int)).max() <= 1
