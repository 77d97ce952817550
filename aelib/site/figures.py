"""Pictures of a page: their size, their empty bands, and which are plots.

A dark page may show a plot in light ink.
"""

import re
import struct
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

_BAND = 24  # rows of white above and below a picture, at two pixels for one of the page
_WORTH = 0.05  # of the height, to be cut off
_FIELDS, _GREYS = 15, 3  # colours at most that a plot's fields have, and greys among them
_LINE, _LETTERS = 30, 68  # of prose: a line's height on the page, and what it holds
_CODE, _FRAME = 20, 60  # the height of a line of code, and of what is around a cell
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

    Told by what is drawn in fields, at least three pixels wide and high. Each pixel of a digit is
    one, in a grey of its own. A plot has few: its paper, its bars, its thick lines and its marks.
    The many greys where its letters and lines are smoothed are narrower.
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
    pixels = np.asarray(image)
    middle = pixels[1:-1, 1:-1]
    rows, columns = middle.shape
    around = [pixels[y : y + rows, x : x + columns] for y in range(3) for x in range(3)]
    fields = np.unique(middle[np.all([each == middle for each in around], axis=0)])
    black = share[dark <= 30].sum()  # letters and axes; questions have none, strips of pixels more
    return bool(
        share[light > 245].sum() > 0.5
        and 0.001 < black < 0.035
        and (share > _SEEN).sum() <= 45
        and len(fields) <= _FIELDS
        and grey[fields].sum() <= _GREYS
    )


def mark_alone(blocks: Sequence[Any]) -> None:
    """Mark pictures with which hardly anything could stand side by side before the next heading.

    A wide page puts a picture beside what follows it, and a heading begins below it: where two
    lines follow, or none, half of the page would be empty.
    """
    for i, block in enumerate(blocks):
        pictures = [each for each in block.outputs if each.kind == "picture"]
        for picture in pictures[-1:]:
            picture.alone = _height_to_heading(blocks[i + 1 :]) < picture.height / 4


def _height_to_heading(blocks: Sequence[Any]) -> float:
    """About how many pixels of a wide page stand before the next heading."""
    height = 0.0
    for block in blocks:
        if block.kind != "prose":
            height += _FRAME + _CODE * block.html.count("\n")
            continue
        said, *rest = re.split(r"<h[1-6]", block.html, maxsplit=1)
        letters = [len(re.sub(r"<[^>]+>", "", part)) for part in said.split("</p>")]
        height += sum(_LINE * (1.5 + count // _LETTERS) for count in letters if count > 1)
        if rest:
            break
    return height
