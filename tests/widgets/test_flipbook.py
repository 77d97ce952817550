"""Recorded pictures, turned over with a slider."""

import base64
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from aelib.widgets import Flipbook

PAGES = np.linspace(0, 1, 5 * 12).reshape(5, 3, 4)
CAPTIONS = [f"page number {i}" for i in range(5)]


def test_the_browser_gets_the_pages_as_bytes():
    book = Flipbook(PAGES, CAPTIONS, name="bytes")
    levels = np.frombuffer(zlib.decompress(book._pixels), np.uint8).reshape(PAGES.shape)
    assert np.abs(levels / 255 - PAGES).max() <= 0.5 / 255
    assert book._shape == [3, 4]


def test_the_still_picture_shows_first_and_last_page_and_says_so():
    data, metadata = Flipbook(PAGES, CAPTIONS, name="bytes")._repr_mimebundle_()
    alt = metadata["image/png"]["alt"]
    assert "page number 0" in alt
    assert "page number 4" in alt
    assert Image.open(BytesIO(base64.b64decode(data["image/png"]))).size == (12, 40)
    assert data["text/plain"] == "Flipbook(5 pages, bytes)"


@pytest.mark.parametrize("index", [-1, 5])
def test_a_page_that_is_not_there_is_refused(index):
    book = Flipbook(PAGES, CAPTIONS, index=2)
    with pytest.raises(ValueError, match=r"index must lie in 0\.\.4"):
        book.index = index
    assert book.index == 2


@pytest.mark.parametrize(
    ("pages", "captions", "sentence"),
    [
        (PAGES[0, 0], CAPTIONS, r"pages has shape \(4,\)"),
        (PAGES[:0], [], r"pages has shape"),
        (PAGES * 255, CAPTIONS, r"pages must hold .*pages / 255"),
        (PAGES * 1.5, CAPTIONS, r"must lie in \[0, 1\]"),
        (PAGES * np.nan, CAPTIONS, r"NaN"),
        (PAGES, CAPTIONS[:4], "5 pages need as many captions, not 4"),
    ],
)
def test_what_is_no_book_is_refused(pages, captions, sentence):
    with pytest.raises(ValueError, match=sentence):
        Flipbook(pages, captions)


COLOURED = np.random.default_rng(0).random((5, 3, 4, 6)).astype(np.float32)


@pytest.mark.parametrize(
    ("pages", "shape"),
    [
        (COLOURED, None),
        (np.moveaxis(COLOURED, 1, 3), None),
        (COLOURED.reshape(5, 72), (3, 4, 6)),
        (2 * COLOURED - 1, None),
    ],
    ids=["channels first", "channels last", "flat", "from -1 to 1"],
)
def test_pages_in_colour_travel_channel_after_channel(pages, shape):
    book = Flipbook(pages, CAPTIONS, shape=shape)
    levels = np.frombuffer(zlib.decompress(book._pixels), np.uint8).reshape(COLOURED.shape)
    assert np.abs(levels / 255 - COLOURED).max() <= 0.51 / 255
    assert book._shape == [4, 6, 3]
    still = Image.open(BytesIO(book._still()[0]))
    assert still.mode == "RGB"
    assert np.abs(np.asarray(still)[0, 0] / 255 - COLOURED[0, :, 0, 0]).max() < 1 / 31


def test_the_cures_for_pages_on_another_scale_cure():
    levels = (PAGES * 255).round().astype(np.uint8)
    with pytest.raises(ValueError, match="usual cure: pages / 255"):
        Flipbook(levels, CAPTIONS)
    assert Flipbook(levels / 255, CAPTIONS)._shape == [3, 4]
    with pytest.raises(ValueError, match=r"usual cure: \.clip\(0, 1\)"):
        Flipbook(PAGES + 0.1, CAPTIONS)
    assert Flipbook((PAGES + 0.1).clip(0, 1), CAPTIONS)._shape == [3, 4]


@pytest.mark.parametrize("ends", [(-1, 1), (0.1, 0.7)])
def test_the_cure_for_pages_beyond_a_range_of_their_own_cures(ends):
    low, high = ends
    pages = low + 1.2 * (high - low) * PAGES / PAGES.max()
    with pytest.raises(
        ValueError, match=rf"must lie in \[{low}, {high}\]; usual cure: \.clip"
    ) as told:
        Flipbook(pages, CAPTIONS, value_range=ends)
    assert f"clip({low}, {high})." in str(told.value)
    book = Flipbook(pages.clip(*ends), CAPTIONS, value_range=ends)
    assert max(zlib.decompress(book._pixels)) == 255
