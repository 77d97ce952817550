"""File -> checked -> tensors: photographs, whole, in patches, and as lesson 11 changes them."""

from collections.abc import Sequence
from functools import cache
from io import BytesIO

import numpy as np
import torch
from PIL import Image

from aelib.checks import whole_number
from aelib.data.files import scikit_image_file

PHOTOS = ("astronaut", "camera", "chelsea", "coffee", "coins", "motorcycle_left")  # for patches
_MOST = 100_000  # patches in one call: 300 MB
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

    Example:
        >>> photos = aelib.load_photos(shrink=4)
        >>> sorted(photos)
        ['astronaut', 'chelsea', 'coffee', 'motorcycle_left', 'rocket']
        >>> tuple(photos["chelsea"].shape)
        (3, 75, 112)
    """
    whole_number("shrink", shrink, 1, 64)
    return {name.partition(".")[0]: _photo(name, shrink) for name in _FILES}


def photo_patches(
    n: int, *, seed: int = 0, photos: Sequence[str] = PHOTOS, size: int = 28
) -> torch.Tensor:
    """Cut grey patches at random places from photographs that scikit-image ships.

    Each photograph is first shrunk to half its height and width, so that a patch of 28 pixels
    shows more than one edge, and each is used about equally often.

    Args:
        n: How many patches; fewer are the first of more.
        seed: Decides the photographs and the places.
        photos: Names out of `aelib.data.PHOTOS`; keep some back to test on.
        size: A patch's height and width.

    Returns:
        x (n, size * size), float32 in [0, 1], 0 is black and 1 is white.

    Raises:
        DataError: scikit-image's file is missing or altered.
        ValueError: n, seed or size is out of range, or a name is not in PHOTOS.

    Example:
        >>> x = aelib.photo_patches(100, seed=1, photos=["camera", "coins"])
        >>> tuple(x.shape)
        (100, 784)
    """
    whole_number("n", n, 1, _MOST)
    whole_number("seed", seed, 0, 2**32 - 1)
    whole_number("size", size, 1, 150)
    if isinstance(photos, str) or not photos or not set(photos) <= set(PHOTOS):
        raise ValueError(f"photos must be a list of names out of {PHOTOS}, not {photos!r}.")
    draws = np.random.default_rng(seed).random((n, 3))
    which = (draws[:, 0] * len(photos)).astype(int)
    x = np.empty((n, size, size), dtype=np.float32)
    for i, name in enumerate(photos):
        rows = which == i
        windows = np.lib.stride_tricks.sliding_window_view(_half_size_photo(name), (size, size))
        top, left = (draws[rows, 1:] * windows.shape[:2]).astype(int).T
        x[rows] = windows[top, left]
    return torch.from_numpy(x.reshape(n, -1))


@cache
def _half_size_photo(name: str) -> np.ndarray:
    """A grey photograph (H // 2, W // 2), float32 in [0, 1]; each pixel the mean of four."""
    colour = np.asarray(Image.open(BytesIO(scikit_image_file(f"{name}.png"))), dtype=float) / 255
    grey = colour if colour.ndim == 2 else colour @ (0.2125, 0.7154, 0.0721)  # as rgb2gray
    height, width = (side // 2 for side in grey.shape)
    blocks = grey[: 2 * height, : 2 * width].reshape(height, 2, width, 2)
    return blocks.mean(axis=(1, 3)).clip(0, 1).astype(np.float32)


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
    """An image of Pillow of any kind -> a photograph (3, H, W), float32 in [0, 1]."""
    return torch.from_numpy(np.array(image.convert("RGB"))).permute(2, 0, 1) / 255


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
