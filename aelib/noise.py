"""x -> corrupted x: five ways to spoil pictures, each with its strength in a stated unit.

Pictures are rows of pixels (N, D), or have a height and a width: (N, H, W), and (N, 3, H, W) in
colour. The answer has the shape of the question.
"""

import math
from numbers import Integral, Real
from typing import Any

import torch
from scipy.ndimage import gaussian_filter

from aelib import checks


def gaussian(
    x: torch.Tensor, sigma: float, generator: torch.Generator | None = None
) -> torch.Tensor:
    """Add a random number to every pixel, then clip: the grain of a weak sensor.

    Args:
        x: Pictures (N, D), (N, H, W) or (N, 3, H, W), float32 in [0, 1]; they are not changed.
        sigma: Standard deviation of the added numbers, in units of ink: paper is 0, ink is 1.
        generator: Where the random numbers come from; PyTorch's own if None.

    Returns:
        New pictures of the same shape, float32 in [0, 1].

    Raises:
        ValueError: x is no such tensor, or sigma is negative or no finite number.

    Example:
        >>> x = torch.full((2, 3, 32, 48), 0.5)
        >>> noisy = aelib.noise.gaussian(x, sigma=0.3)
        >>> float(noisy.min()), float(noisy.max())
        (0.0, 1.0)
    """
    _check_pictures(x)
    _check_strength("sigma", sigma)
    return (x + sigma * torch.randn(x.shape, generator=generator)).clamp(0, 1)


def salt_and_pepper(
    x: torch.Tensor, amount: float, generator: torch.Generator | None = None
) -> torch.Tensor:
    """Replace some pixels by pure ink or pure paper, one as often as the other.

    In colour a pixel becomes white or black in all its channels.

    Args:
        x: Pictures (N, D), (N, H, W) or (N, 3, H, W), float32 in [0, 1]; they are not changed.
        amount: The probability from 0 to 1 that a pixel is replaced.
        generator: Where the random numbers come from; PyTorch's own if None.

    Returns:
        New pictures of the same shape, float32 in [0, 1].

    Raises:
        ValueError: x is no such tensor, or amount is no probability.

    Example:
        >>> x = torch.full((100, 784), 0.5)
        >>> spoiled = aelib.noise.salt_and_pepper(x, amount=0.2)
        >>> [round((spoiled == value).float().mean().item(), 1) for value in (0, 0.5, 1)]
        [0.1, 0.8, 0.1]
    """
    _check_pictures(x)
    _check_strength("amount", amount, most=1)
    draw = torch.rand(_spots(x), generator=generator)
    return torch.where(draw < amount, (draw < amount / 2).float(), x)


def masking(x: torch.Tensor, p: float, generator: torch.Generator | None = None) -> torch.Tensor:
    """Set some pixels to paper, each one by itself: pixels that never arrived.

    Args:
        x: Pictures (N, D), (N, H, W) or (N, 3, H, W), float32 in [0, 1]; they are not changed.
        p: The probability from 0 to 1 that a pixel is lost.
        generator: Where the random numbers come from; PyTorch's own if None.

    Returns:
        New pictures of the same shape, float32 in [0, 1].

    Raises:
        ValueError: x is no such tensor, or p is no probability.

    Reference: Vincent et al. (2008), Extracting and composing robust features with denoising
        autoencoders.

    Example:
        >>> x = torch.ones(100, 784)
        >>> lost = aelib.noise.masking(x, p=0.5)
        >>> round(lost.mean().item(), 1)
        0.5
    """
    _check_pictures(x)
    _check_strength("p", p, most=1)
    return x * (torch.rand(_spots(x), generator=generator) >= p)


def occlusion(x: torch.Tensor, side: int, generator: torch.Generator | None = None) -> torch.Tensor:
    """Cover a square of every picture with paper, each picture at a place of its own.

    Args:
        x: Pictures (N, H, W) or (N, 3, H, W), or rows of square ones (N, D), float32 in [0, 1];
            they are not changed.
        side: The square's side in pixels, from 0 to the picture's shorter one; all places are
            equally likely.
        generator: Where the random numbers come from; PyTorch's own if None.

    Returns:
        New pictures of the same shape, float32 in [0, 1].

    Raises:
        ValueError: x is no such tensor, its rows are no square pictures, or side is no whole
            number that fits.

    Example:
        >>> x = torch.ones(1, 3, 32, 48)
        >>> covered = aelib.noise.occlusion(x, side=10)
        >>> int((covered == 0).sum())  # of three channels
        300
    """
    size = _size(x)
    _check_side(side, min(size))
    corners = (torch.randint(n - side + 1, (len(x), 1), generator=generator) for n in size)
    steps = (torch.arange(n) - corner for n, corner in zip(size, corners, strict=True))
    rows, columns = ((step >= 0) & (step < side) for step in steps)
    covered = rows[:, :, None] & columns[:, None, :]
    return (x.reshape(len(x), _channels(x), *size) * ~covered[:, None]).reshape(x.shape)


def blur(x: torch.Tensor, sigma: float) -> torch.Tensor:
    """Spread the ink of every pixel over its neighbours by a Gaussian bell: out of focus.

    Nothing is random here. The bell is cut off after 3 sigma, and beyond the border is paper.

    Args:
        x: Pictures (N, H, W) or (N, 3, H, W), or rows of square ones (N, D), float32 in [0, 1];
            they are not changed.
        sigma: The bell's standard deviation in pixels, from 0 to the picture's longer side.

    Returns:
        New pictures of the same shape, float32 in [0, 1].

    Raises:
        ValueError: x is no such tensor, its rows are no square pictures, or sigma is out of range.

    Example:
        >>> x = torch.zeros(1, 28, 28)
        >>> x[0, 14, 14] = 1
        >>> soft = aelib.noise.blur(x, sigma=1)
        >>> round(soft.sum().item(), 3), soft.max().item() < 0.2
        (1.0, True)
    """
    size = _size(x)
    _check_strength("sigma", sigma, most=max(size))
    pictures = x.detach().reshape(len(x), _channels(x), *size).numpy()
    reach = math.ceil(3 * sigma)
    spread = gaussian_filter(pictures, sigma, axes=(2, 3), mode="constant", radius=reach)
    return torch.from_numpy(spread).reshape(x.shape).clamp(0, 1)


def _channels(x: torch.Tensor) -> int:
    """How many numbers a pixel has."""
    return x.shape[1] if x.ndim == 4 else 1


def _spots(x: torch.Tensor) -> tuple[int, ...]:
    """One place for each pixel, whether it is grey or has three channels."""
    return (len(x), 1, *x.shape[2:]) if x.ndim == 4 else tuple(x.shape)


def _size(x: torch.Tensor) -> tuple[int, int]:
    """Height and width of pictures."""
    _check_pictures(x)
    if x.ndim > 2:
        return x.shape[-2], x.shape[-1]
    side = math.isqrt(x.shape[1])
    if side * side != x.shape[1]:
        raise ValueError(
            f"x has {x.shape[1]} pixels in a row; square pictures have 784, say. Usual cure: "
            "x.reshape(-1, height, width), or x.reshape(-1, 3, height, width) in colour."
        )
    return side, side


def _check_pictures(x: Any) -> None:
    """Raise ValueError unless x is a tensor of pictures, float32 in [0, 1]."""
    if not isinstance(x, torch.Tensor) or x.dtype != torch.float32:
        kind = x.dtype if isinstance(x, torch.Tensor) else type(x).__name__
        raise ValueError(
            f"x must be a float32 tensor of pixels in [0, 1], not {kind}. Usual cure: "
            "torch.as_tensor(x).float(), and / 255 for bytes."
        )
    if x.ndim not in (2, 3, 4):
        raise ValueError(
            f"x has shape {tuple(x.shape)}, noise takes (N, D), (N, H, W) or (N, 3, H, W). Usual "
            f"cure: {'x.flatten(1)' if x.ndim > 2 else 'x[None]'}."
        )
    checks.check_colour(x, "x.movedim(3, 1)")
    if x.numel() and not (x.min() >= 0 and x.max() <= 1):  # also when NaN
        signed = -1.001 <= x.min() < -0.2 and x.max() <= 1.001
        cure = "x / 255 for bytes, x.clamp(0, 1) for what a network drew"
        cure = "(x + 1) / 2, as it seems to lie in [-1, 1]" if signed else cure
        raise ValueError(
            f"x lies in [{x.min():.4g}, {x.max():.4g}], noise takes pixels in [0, 1]. Usual cure: "
            f"{cure}; NaN is no pixel."
        )


def _check_strength(name: str, value: Any, most: float = math.inf) -> None:
    """Raise ValueError unless value is a finite number from 0 to most."""
    number = isinstance(value, Real) and not isinstance(value, bool)
    if not (number and math.isfinite(value) and 0 <= value <= most):
        range_ = "0 or more" if most == math.inf else f"from 0 to {most}"
        raise ValueError(f"{name} must be a number, {range_}, not {value!r}.")


def _check_side(side: Any, size: int) -> None:
    """Raise ValueError unless a square of this side fits into the picture."""
    whole = isinstance(side, Integral) and not isinstance(side, bool)
    if not (whole and 0 <= side <= size):
        raise ValueError(
            f"side must be a whole number of pixels from 0 to {size}, not {side!r}; for a share "
            f"of the picture write round(share * {size})."
        )
