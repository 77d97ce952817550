"""File -> checked -> tensors: whole photographs, in colour."""

from io import BytesIO

import numpy as np
import torch

from aelib.checks import whole_number
from aelib.data import scikit_image_file

_FILES = ("astronaut.png", "chelsea.png", "coffee.png", "motorcycle_left.png", "rocket.jpg")


def load_photos(shrink: int = 2) -> dict[str, torch.Tensor]:
    """Load five colour photographs that scikit-image ships, the same pixels at every call.

    What scikit-image says of them: astronaut, Eileen Collins, NASA, public domain; chelsea, a cat,
    by Stefan van der Walt, CC0; coffee, by Rachel Michetti, courtesy of Pikolo Espresso Bar, CC0;
    motorcycle_left, from the Middlebury stereo data of 2014, no licence named; rocket, by SpaceX,
    public domain.

    Args:
        shrink: Each pixel is the mean of shrink x shrink pixels of the file, so that a patch of
            32 pixels shows more than one edge; 1 keeps them all. Rows and columns that are left
            over at the lower and right edge are cut off.

    Returns:
        A photograph (3, H, W) for each name, float32 in [0, 1]: red, green and blue, 0 is dark.
        Their sizes differ.

    Raises:
        DataError: A file of scikit-image is missing or altered.
        ValueError: shrink is not a whole number from 1 to 64.

    Reference: Scharstein et al. (2014), High-resolution stereo datasets with subpixel-accurate
        ground truth, for motorcycle_left.
    """
    whole_number("shrink", shrink, 1, 64)
    return {name.partition(".")[0]: _photo(name, shrink) for name in _FILES}


def _photo(name: str, shrink: int) -> torch.Tensor:
    from PIL import Image

    with Image.open(BytesIO(scikit_image_file(name))) as image:
        pixels = np.asarray(image.convert("RGB")).transpose(2, 0, 1) / 255
    height, width = (side // shrink for side in pixels.shape[1:])
    kept = pixels[:, : shrink * height, : shrink * width]
    means = kept.reshape(3, height, shrink, width, shrink).mean(axis=(2, 4))
    return torch.from_numpy(means.astype(np.float32, order="C"))
