"""The still picture of a widget, for places that cannot run it."""

from io import BytesIO

import numpy as np
from PIL import Image

_GAP = 2
_ZOOM = 2
_GREYS = 31  # enough for a thumbnail, and a third of the bytes in a committed notebook


def contact_sheet(rows: np.ndarray, shape: tuple[int, int]) -> bytes:
    """Lay pictures out as a PNG, ink dark on light.

    Args:
        rows: (R, C, H * W) in [0, 1].
        shape: (H, W).
    """
    n_rows, n_columns = rows.shape[:2]
    height, width = shape
    pictures = np.pad(
        np.nan_to_num(rows).clip(0, 1).reshape(n_rows, n_columns, height, width),
        [(0, 0), (0, 0), (0, _GAP), (0, _GAP)],
    )
    sheet = pictures.transpose(0, 2, 1, 3).reshape(n_rows * (height + _GAP), -1)
    greys = 255 - (np.round(sheet * _GREYS) * (255 / _GREYS)).astype(np.uint8)
    stream = BytesIO()
    large = greys.repeat(_ZOOM, axis=0).repeat(_ZOOM, axis=1)
    Image.fromarray(large).save(stream, format="png", optimize=True)
    return stream.getvalue()
