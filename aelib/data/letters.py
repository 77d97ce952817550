"""Letters of 22 fonts -> pictures like MNIST's digits that are no digits."""

from functools import cache
from string import ascii_letters

import numpy as np
import torch
from torch.nn import functional

from aelib.checks import whole_number
from aelib.data.files import data_dir, unpack

_MOST = 100_000  # letters in one call: 300 MB
_FONTS, _SIDE = 22, 72  # of glyphs.gz; data/letters/README.md names the fonts
_GLYPHS = "69927d921acb168d9789f1b8ed8dbbe3ea4a1684a6753ebb89e811f036d63925"


def draw_letters(n: int, *, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw letters from fonts, prepared as MNIST's digits are.

    Small and capital letters from 22 fonts, slightly turned, slanted, thinned or thickened.
    Each fills a box of 20 x 20 pixels; its centre of mass is the middle of 28 x 28.

    Args:
        n: How many letters; fewer are the first of more.
        seed: Decides letters, fonts and distortions.

    Returns:
        x (n, 784), float32 in [0, 1], 0 is paper and 1 is ink; y (n,), int64, the letter's place
        in the alphabet, 0 to 25, the same for small and capital.

    Raises:
        DataError: data/letters/glyphs.gz is missing or damaged.
        ValueError: n or seed is out of range.

    Example:
        >>> x, y = aelib.draw_letters(100, seed=1)
        >>> tuple(x.shape), "abcdefghijklmnopqrstuvwxyz"[y[0]]
        ((100, 784), 'n')
    """
    whole_number("n", n, 1, _MOST)
    whole_number("seed", seed, 0, 2**32 - 1)
    draws = torch.from_numpy(np.random.default_rng(seed).random((n, 4))).float()
    which = (draws[:, 0] * _FONTS * len(ascii_letters)).long()
    x = torch.empty(n, 784)
    for part in torch.arange(n).split(100):  # in parts, to save memory
        x[part] = _distort(_glyphs()[which[part]] / 255, draws[part])
    return x, which % 26


def _distort(glyphs: torch.Tensor, draw: torch.Tensor) -> torch.Tensor:
    """Glyphs (N, 72, 72), numbers in [0, 1] (N, 4) -> letters (N, 784)."""
    turn, slant, weight = 0.5 * draw[:, 1] - 0.25, 0.4 * draw[:, 2] - 0.2, draw[:, 3]
    matrix = torch.zeros(len(draw), 2, 3)
    matrix[:, 0, 0], matrix[:, 0, 1] = turn.cos(), turn.sin() + slant
    matrix[:, 1, 0], matrix[:, 1, 1] = -turn.sin(), turn.cos()
    ink = _resample(glyphs, matrix, 72)
    ink = functional.avg_pool2d(ink, 3, stride=1, padding=1)  # blur, then move the outline
    ink = (4 * (ink - 0.4 + 0.27 * weight[:, None, None]) + 0.5).clamp(0, 1)

    side, centre = _extent_and_centre(ink)
    matrix = torch.zeros(len(draw), 2, 3)
    matrix[:, 0, 0] = matrix[:, 1, 1] = side / 72 * 28 / 20
    matrix[:, :, 2] = (2 * centre + 1) / 72 - 1
    return functional.avg_pool2d(_resample(ink, matrix, 84), 3).flatten(1).clamp(0, 1)


def _resample(pictures: torch.Tensor, matrix: torch.Tensor, size: int) -> torch.Tensor:
    """Pictures (N, H, W) seen through affine maps (N, 2, 3), as (N, size, size)."""
    grid = functional.affine_grid(matrix, [len(matrix), 1, size, size], align_corners=False)
    return functional.grid_sample(pictures[:, None], grid, align_corners=False)[:, 0]


def _extent_and_centre(ink: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The longer side of the box around each picture's ink, and its centre of mass (x, y)."""
    places, sides, centres = torch.arange(ink.shape[-1]), [], []
    for axis in (1, 2):  # summed over y, what is left is x; and the other way round
        inked = (ink > 0.2).any(dim=axis).int()
        sides.append(len(places) - inked.argmax(dim=1) - inked.flip(1).argmax(dim=1))
        centres.append((ink.sum(dim=axis) * places).sum(dim=1) / ink.sum(dim=(1, 2)))
    return torch.maximum(*sides), torch.stack(centres, dim=1)


@cache
def _glyphs() -> torch.Tensor:
    """Every letter in every font, the letters of a font in a row: (fonts * 52, 72, 72) bytes."""
    content = unpack(data_dir() / "letters" / "glyphs.gz", _GLYPHS)
    pictures = np.frombuffer(bytearray(content), np.uint8)
    return torch.from_numpy(pictures.reshape(_FONTS * len(ascii_letters), _SIDE, _SIDE))
