"""What a widget of pictures is given, looked at before anything is made of it."""

import math
from typing import Any

import numpy as np

from aelib.widgets.sources import Source


def picture_shape(sources: list[Source], shape: tuple[int, int] | None) -> tuple[int, int]:
    """Height and width of all the sources' pictures: square, or as said."""
    if len({s.latent_dim for s in sources}) != 1 or len({s.pixels for s in sources}) != 1:
        found = ", ".join(f"{s.label}: {s.latent_dim} -> {s.pixels}" for s in sources)
        raise ValueError(f"The models must agree in latent_dim and pixels, not {found}.")
    pixels = sources[0].pixels
    side = math.isqrt(pixels)
    height, width = shape or (side, side)
    if height * width != pixels:
        raise ValueError(f"{pixels} pixels are not {height} x {width}: say shape=(height, width).")
    return height, width


def pictures(x: Any, pixels: int, most: int) -> np.ndarray:
    """The first `most` rows of x (N, pixels), or none."""
    if x is None:
        return np.empty((0, pixels), np.float32)
    if np.ndim(x) != 2 or np.shape(x)[1] != pixels or not len(x):
        raise ValueError(
            f"x has shape {tuple(np.shape(x))}, this model's pictures are (N, {pixels})."
        )
    pictures = np.asarray(x[:most], np.float32)
    if not np.isfinite(pictures).all() or pictures.min() < -1 or pictures.max() > 2:
        raise ValueError("x must hold finite pixels in [0, 1]; usual cure: x / 255 for bytes.")
    return pictures


def classes(y: Any, x: np.ndarray) -> np.ndarray:
    """The classes of the rows of x, whole numbers, or none."""
    if y is None:
        return np.empty(0, int)
    labels = np.asarray(y[: len(x)])
    if labels.shape != (len(x),) or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"y must hold one whole number for each of the {len(x)} rows of x.")
    return labels


def check_told(labels: np.ndarray, n: int, classes: int) -> None:
    """Raise ValueError unless each picture's class is one that the model can be told."""
    if len(labels) != n or not 0 <= labels.min() <= labels.max() < classes:
        raise ValueError(
            f"This model encodes a picture together with its class: give y, from 0 to "
            f"{classes - 1}, for each row of x."
        )
