"""File -> checked -> tensors: whole photographs, in colour; and what lesson 11 does to them."""

from io import BytesIO

import numpy as np
import torch
from PIL import Image

from aelib.checks import whole_number
from aelib.data.mnist import scikit_image_file

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


def trimmed(photo: torch.Tensor) -> torch.Tensor:
    """Cut the lower and right edge of a photograph (3, H, W): sides become multiples of eight."""
    height, width = (side // 8 * 8 for side in photo.shape[1:])
    return photo[:, :height, :width]


def grey(photo: torch.Tensor) -> torch.Tensor:
    """The brightness of a photograph (3, H, W) as people see it, three times: (3, H, W).

    Reference: ITU-R BT.601, Studio encoding parameters of digital television, for the weights.
    """
    luma = torch.tensor([0.299, 0.587, 0.114]).reshape(3, 1, 1)
    return (photo * luma).sum(dim=0).expand(3, -1, -1)


def as_image(photo: torch.Tensor) -> Image.Image:
    """A photograph (3, H, W) in [0, 1] -> an image of Pillow, in whole steps of 1/255."""
    return Image.fromarray((photo * 255).round().byte().permute(1, 2, 0).numpy())


def as_photo(image: Image.Image) -> torch.Tensor:
    """An image of Pillow in red, green and blue -> a photograph (3, H, W), float32 in [0, 1]."""
    return torch.from_numpy(np.array(image)).permute(2, 0, 1) / 255


def enlarged(photo: torch.Tensor, factor: int, way: str = "BICUBIC") -> torch.Tensor:
    """Shrink a photograph (3, H, W) and enlarge it again to its size.

    Args:
        photo: In [0, 1]; its sides should be multiples of the factor, see `trimmed`.
        factor: How much smaller it is in between; it is shrunk bicubically.
        way: How it is enlarged, a name in Pillow's Image.Resampling.
    """
    image = as_image(photo)
    small = image.resize((image.width // factor, image.height // factor), Image.Resampling.BICUBIC)
    return as_photo(small.resize(image.size, Image.Resampling[way]))


def cut(pairs: list[torch.Tensor], n: int, seed: int = 0, size: int = 32) -> torch.Tensor:
    """Cut n patches at random places, each out of a pair of photographs at the same place.

    Args:
        pairs: Tensors (2, 3, H, W), input and target; H and W may differ from pair to pair.
        n: How many patches; each comes from any of the pairs, with equal chances.
        seed: Decides which and where.
        size: The side of a patch, in pixels.

    Returns:
        Pairs of patches (n, 2, 3, size, size).
    """
    rng, patches = np.random.default_rng(seed), []
    for _ in range(n):
        pair = pairs[rng.integers(len(pairs))]
        top, left = (rng.integers(side - size + 1) for side in pair.shape[-2:])
        patches.append(pair[..., top : top + size, left : left + size])
    return torch.stack(patches)


def _photo(name: str, shrink: int) -> torch.Tensor:
    with Image.open(BytesIO(scikit_image_file(name))) as image:
        pixels = np.asarray(image.convert("RGB")).transpose(2, 0, 1) / 255
    height, width = (side // shrink for side in pixels.shape[1:])
    kept = pixels[:, : shrink * height, : shrink * width]
    means = kept.reshape(3, height, shrink, width, shrink).mean(axis=(2, 4))
    return torch.from_numpy(means.astype(np.float32, order="C"))
