"""A threshold on scores, and what it lets through."""

import base64
import zlib
from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image

from aelib import roc
from aelib.widgets import ThresholdExplorer

RNG = np.random.default_rng(0)
Y = np.arange(60) % 4 == 0
SCORES = RNG.normal(size=60) + 2 * Y
X = RNG.random((60, 12)).reshape(60, 3, 4)


@pytest.fixture
def explorer():
    return ThresholdExplorer(SCORES, Y, X)


def test_it_counts_as_the_roc_curve_does(explorer):
    false_alarms, hits, thresholds = roc(SCORES.astype(np.float32), Y)
    for false_share, hit_share, threshold in zip(false_alarms, hits, thresholds, strict=True):
        explorer.threshold = min(float(threshold), 1e6)
        assert explorer.counts == {
            "false alarms": round(45 * false_share),
            "hits": round(15 * hit_share),
            "misses": 15 - round(15 * hit_share),
        }


def test_it_begins_where_one_normal_picture_in_a_hundred_raises_an_alarm():
    scores, y = np.arange(2000.0), np.arange(2000) >= 1000
    explorer = ThresholdExplorer(scores, y, np.zeros((2000, 4)))
    assert explorer.counts["false alarms"] == 10
    assert ThresholdExplorer(scores, y, np.zeros((2000, 4)), threshold=7).threshold == 7


def test_the_browser_gets_scores_kinds_and_pictures_as_bytes(explorer):
    assert np.array_equal(np.frombuffer(explorer._scores, "<f4"), SCORES.astype(np.float32))
    assert np.array_equal(np.frombuffer(explorer._odd, np.uint8), Y)
    levels = np.frombuffer(zlib.decompress(explorer._pixels), np.uint8).reshape(X.shape)
    assert np.abs(levels / 255 - X).max() <= 0.5 / 255
    assert explorer._shape == [3, 4]


def test_tensors_and_flat_square_pictures_will_do():
    explorer = ThresholdExplorer(
        torch.tensor(SCORES), torch.tensor(Y), torch.tensor(X).reshape(60, 12)[:, :9]
    )
    assert explorer._shape == [3, 3]
    assert repr(explorer) == "ThresholdExplorer(45 normal, 15 odd)"


def test_the_still_picture_says_what_the_threshold_does(explorer):
    explorer.threshold = float(np.median(SCORES))
    counts = explorer.counts
    data, metadata = explorer._repr_mimebundle_()
    alt = metadata["image/png"]["alt"]
    assert f"{counts['false alarms']} of 45 normal pictures raise a false alarm" in alt
    assert f"{counts['hits']} of 15 odd ones are hit, {counts['misses']} are missed" in alt
    assert Image.open(BytesIO(base64.b64decode(data["image/png"]))).size[0] == 560


def test_the_still_picture_names_the_pictures_on_both_sides(explorer):
    order = np.argsort(SCORES)
    explorer.threshold = float(SCORES[order[30]])
    kinds = np.where(Y[order], "odd", "normal")
    _, text = explorer._still()
    assert f"Just above it: {', '.join(kinds[30:36])}." in text
    assert f"Just below it: {', '.join(kinds[29:23:-1])}." in text


@pytest.mark.parametrize("threshold", [-100.0, 100.0])
def test_a_threshold_beyond_all_scores_is_drawn_too(explorer, threshold):
    explorer.threshold = threshold
    assert "none" in explorer._still()[1]


@pytest.mark.parametrize("threshold", [np.nan, np.inf])
def test_a_threshold_is_a_finite_number(explorer, threshold):
    with pytest.raises(ValueError, match="threshold must be a finite number"):
        explorer.threshold = threshold


@pytest.mark.parametrize(
    ("scores", "y", "pictures", "sentence"),
    [
        (SCORES[:9], Y, X, r"not \(9,\) and \(60,\)"),
        (SCORES * np.nan, Y, X, "NaN or infinity"),
        (SCORES, 7 * Y, X, "at least one of each"),
        (SCORES, Y * 0, X, "at least one of each"),
        (SCORES * 0, Y, X, "All scores are equal"),
        (SCORES, Y, X[:9], r"60 scores need 60 pictures, not 9"),
        (SCORES, Y, X.reshape(60, 12)[:, :10], r"say shape=\(height, width\)"),
        (SCORES, Y, 255 * X, r"pictures / 255"),
    ],
)
def test_what_does_not_fit_is_refused(scores, y, pictures, sentence):
    with pytest.raises(ValueError, match=sentence):
        ThresholdExplorer(scores, y, pictures)


COLOURED = RNG.random((60, 3, 5, 8)).astype(np.float32)


@pytest.mark.parametrize(
    ("pictures", "shape"),
    [(COLOURED, None), (COLOURED.reshape(60, 120), (3, 5, 8)), (2 * COLOURED - 1, None)],
    ids=["channels first", "flat", "from -1 to 1"],
)
def test_pictures_in_colour_travel_channel_after_channel(pictures, shape):
    explorer = ThresholdExplorer(SCORES, Y, pictures, shape=shape)
    levels = np.frombuffer(zlib.decompress(explorer._pixels), np.uint8).reshape(COLOURED.shape)
    assert np.abs(levels / 255 - COLOURED).max() <= 0.51 / 255
    assert explorer._shape == [5, 8, 3]


def test_the_still_picture_keeps_the_shape_of_a_picture_and_its_colours():
    red = np.zeros((60, 3, 5, 10), np.float32)
    red[:, 0] = 1
    explorer = ThresholdExplorer(SCORES, Y, red, threshold=float(np.median(SCORES)))
    still = np.asarray(Image.open(BytesIO(explorer._still()[0])).convert("RGB"))
    reds = (still == (255, 0, 0)).all(axis=2)
    first = reds[:, 80 : 80 + 78]  # the first picture of each row of the page
    assert first.any(axis=0).sum() == 56
    assert first.any(axis=1).sum() == 2 * 28
