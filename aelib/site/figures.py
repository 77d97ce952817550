"""Pictures of a page: their size, and which are plots, that a dark page may show in light ink."""

import struct
from io import BytesIO

import numpy as np
from PIL import Image

_SEEN = 0.0005  # a colour with a smaller share of the pixels is an edge between two others


def png_size(content: bytes) -> tuple[int, int]:
    """Width and height in pixels of a PNG."""
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def is_plot(content: bytes) -> bool:
    """Whether a PNG holds lines, bars and letters on white, and no digits, faces or photographs.

    Told by its colours: a plot has few, and hardly any grey; pictures of digits are grey and black.
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
    return bool(
        share[light > 245].sum() > 0.5
        and share[grey].sum() < 0.0185
        and share[dark <= 30].sum() < 0.035
        and (share > _SEEN).sum() <= 45
    )
