"""Pictures of a page: their size, their empty bands, and which are plots.

A dark page may show a plot in light ink.
"""

import struct
from io import BytesIO

import numpy as np
from PIL import Image

_BAND = 24  # rows of white above and below a picture, at two pixels for one of the page
_WORTH = 0.05  # of the height, to be cut off
_FLAT = 11  # colours at most, where all is drawn in flat ones, also a grey; a digit needs more
_FILLED = 2e-5  # of the pixels, in the middle of squares of one grey
_SEEN = 0.0005  # a colour with a smaller share of the pixels is an edge between two others


def png_size(content: bytes) -> tuple[int, int]:
    """Width and height in pixels of a PNG."""
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def trimmed(content: bytes) -> bytes:
    """A PNG without the white bands above and below what it shows.

    Where a figure's axes are narrower than their frame, as a row of digits with titles is, the
    rest of the frame stays white: on a page a gap, on a wall room that the digits do not get.
    """
    image = Image.open(BytesIO(content))
    rows = np.flatnonzero((np.asarray(image.convert("L")) < 250).any(axis=1))
    if not len(rows):
        return content
    top, bottom = max(0, rows[0] - _BAND), min(image.height, rows[-1] + 1 + _BAND)
    if image.height - (bottom - top) < _WORTH * image.height:
        return content
    stream = BytesIO()
    image.crop((0, int(top), image.width, int(bottom))).save(stream, format="png", optimize=True)
    return stream.getvalue()


def is_plot(content: bytes) -> bool:
    """Whether a PNG holds lines, bars and letters on white, and no digits, faces or photographs.

    Told by its colours: a plot has few, and hardly any grey, or very few, as where bars or a grid
    are grey; pictures of digits are grey in many shades, and black. Where more is grey, it is in a
    plot the edges of letters and marks, and one shade at most that fills squares of its own.
    Where it is not sure, it says no: such a picture keeps its white paper.
    """
    image = Image.open(BytesIO(content))
    if image.mode != "P":
        return False
    counts = np.asarray(image.histogram()[:256])
    palette = np.asarray(image.getpalette("RGB"), int).reshape(-1, 3)
    share, colours = counts[: len(palette)] / counts.sum(), palette[: len(counts)]
    dark, light = colours.max(axis=1), colours.min(axis=1)
    grey = (dark - light < 14) & (light > 30) & (dark < 235)
    seen, black = (share > _SEEN).sum(), share[dark <= 30].sum()
    axes = black > 0.005  # and letters: questions have none
    few = seen <= _FLAT and axes
    return bool(
        share[light > 245].sum() > 0.5
        and black < 0.035
        and (few or (seen <= 45 and (share[grey].sum() < 0.0185 or (axes and _one(image, grey)))))
    )


def _one(image: Image.Image, grey: np.ndarray) -> bool:
    """Whether at most one of the greys fills squares of 3 by 3 pixels, as those of digits do."""
    places = np.asarray(image)
    windows = np.lib.stride_tricks.sliding_window_view(places, (3, 3))
    middle = places[1:-1, 1:-1]
    filled = middle[(windows == middle[..., None, None]).all(axis=(2, 3))]
    counts = np.bincount(filled, minlength=len(grey))[: len(grey)]
    return bool((grey & (counts > _FILLED * places.size)).sum() <= 1)
