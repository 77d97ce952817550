"""What a widget of pictures is given, looked at before anything is made of it."""

from typing import Any

import numpy as np

from aelib.adapter import Layout
from aelib.widgets.sources import Source


def common_layout(sources: list[Source]) -> Layout:
    """How the pictures lie that all the sources draw."""
    if len({s.latent_dim for s in sources}) != 1 or len({s.pixels for s in sources}) != 1:
        found = ", ".join(f"{s.label}: {s.latent_dim} -> {s.pixels}" for s in sources)
        raise ValueError(f"The models must agree in latent_dim and pixels, not {found}.")
    return sources[0].layout


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
